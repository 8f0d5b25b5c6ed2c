select * from sales
