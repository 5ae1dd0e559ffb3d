-- Adds seats that another partition has lent to this one. Once per transfer, however often it is called. They go to
-- standby first, like all seats that come free.
--
-- ARGV  1 transfer  2 seats joined by '+'
-- reply {'borrowed', promoted hold...}  {'before'} the transfer has arrived before  {'not_stocked'}
if not meta or meta.status == 'retired' then return { 'not_stocked' } end
if redis.call('HSETNX', BORROWED, ARGV[1], 1) == 0 then return { 'before' } end
meta.capacity = meta.capacity + countSeats(ARGV[2])
freeSeats(ARGV[2])
ledger('t', 'borrow', 's', ARGV[2], 'b', ARGV[1])
local promoted = promote()
save()
return { 'borrowed', unpack(promoted) }
