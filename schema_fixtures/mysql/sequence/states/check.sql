SELECT * FROM plain; SELECT * FROM `od``d "n'ame;`; SELECT * FROM used_up; SELECT * FROM down; SELECT * FROM back;
SELECT * FROM mine; SELECT * FROM takes;
