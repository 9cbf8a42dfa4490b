-- requires: pg>=16
CREATE SUBSCRIPTION with_options CONNECTION 'host=nowhere.invalid password=x' PUBLICATION a WITH (connect = false, binary = true, streaming = parallel, two_phase = true, disable_on_error = true, password_required = true, run_as_owner = true, origin = none);
CREATE SUBSCRIPTION without_any CONNECTION 'host=nowhere.invalid' PUBLICATION a WITH (connect = false, streaming = off, password_required = false);
