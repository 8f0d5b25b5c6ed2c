select * from opportunities
