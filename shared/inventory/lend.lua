-- Takes free seats out of this partition for another one that has run out. Until they have arrived there (borrow.lua)
-- they are kept in `lent`, so a crash in between loses none: the sweeper finishes the transfer.
-- At most 500 in one call, so that neither this nor borrow.lua keeps a node busy for long.
--
-- ARGV  1 transfer  2 the partition that gets them  3 how many seats at most
-- reply {'lent', seats} seats joined by '+'  {'nothing'}
if not meta then return { 'nothing' } end
local transfer, to, wanted = ARGV[1], ARGV[2], tonumber(ARGV[3])
local known = redis.call('HGET', LENT, transfer)
if known then return { 'lent', known:match('|(.*)$') } end

local count = math.min(wanted, meta.free, 500)
if count < 1 or meta.status ~= 'open' then return { 'nothing' } end
local seats = takeSeats(count)
markAll(seats, '-')
meta.capacity = meta.capacity - count
redis.call('HSET', LENT, transfer, to .. '|' .. seats)
ledger('t', 'lend', 'to', to, 's', seats, 'b', transfer)
save()
return { 'lent', seats }
