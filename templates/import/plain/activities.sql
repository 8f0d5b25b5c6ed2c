select * from activities
