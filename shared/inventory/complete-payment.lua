-- paying -> sold, after MySQL has the order. MySQL has the last word, so this follows it where it still can: also
-- from a hold that Redis thinks is held, or has forgotten, or released while its seats are free.
--
-- ARGV  1 hold  2 buyer  3 seats of the order
-- A refunded hold stays so: a late word on its payment must not sell the seats again.
--
-- reply {'sold'}  {'refunded'}  {'conflict'} somebody else holds a seat of the order; their checkout will fail in MySQL
if not meta then return { 'conflict' } end
local id, buyer, seats = ARGV[1], ARGV[2], ARGV[3]
local hold = readHold(id)
if hold and hold.state == 's' then return { 'sold' } end
if hold and hold.state == 'f' then return { 'refunded' } end

if not hold or hold.state == 'r' then
  if not allFree(seats) then return { 'conflict' } end
  meta.free = meta.free - countSeats(seats)
  hold = { id = id, buyer = buyer, expiresAt = now, seats = seats, attempt = hold and hold.attempt or 1,
    count = countSeats(seats) }
elseif hold.state == 'p' then
  redis.call('ZREM', PAYING, id)
  meta.paying = meta.paying - hold.count
else
  redis.call('ZREM', DUE, id)
  meta.held = meta.held - hold.count
end

hold.state = 's'
writeHold(hold)
redis.call('HDEL', UNTOLD, id)
redis.call('ZREM', STANDBY, buyer)
redis.call('HSET', ENTRIES, buyer, 'H|' .. id)
markAll(hold.seats, 's')
meta.sold = meta.sold + hold.count
ledger('t', 'sold', 'h', id, 'u', buyer, 's', hold.seats)
save()
return { 'sold' }
