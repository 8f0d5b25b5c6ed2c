select * from territories
