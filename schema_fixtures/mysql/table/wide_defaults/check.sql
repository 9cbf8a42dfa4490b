SHOW CREATE TABLE constants;
SELECT HEX(DEFAULT(a)), HEX(DEFAULT(b)), HEX(DEFAULT(`c ``d`)), HEX(DEFAULT(d)), HEX(DEFAULT(e)), HEX(DEFAULT(f)), DEFAULT(g), HEX(DEFAULT(h)), HEX(DEFAULT(i)) FROM constants;
SELECT HEX(a), HEX(b), HEX(`c ``d`), HEX(d), HEX(e), HEX(f), g, HEX(h), HEX(i) FROM constants;
SHOW CREATE TABLE expressions;
SELECT HEX(DEFAULT(a)), HEX(DEFAULT(b)), HEX(DEFAULT(c)), HEX(a), HEX(b), HEX(c) FROM expressions;
