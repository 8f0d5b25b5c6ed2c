select * from ownership
