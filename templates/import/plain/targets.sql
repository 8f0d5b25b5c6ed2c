select * from targets
