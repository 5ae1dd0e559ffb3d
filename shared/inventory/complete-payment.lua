-- paying -> sold, after MySQL has the order. MySQL has the last word, so this follows it where it still can: also
-- if Redis has the hold as held, has forgotten it, or has released it and its seats are still free.
-- A refunded hold stays refunded: a late message about its payment must not sell the seats again.
--
-- ARGV  1 hold  2 buyer  3 seats of the order
-- reply {'sold', version}  {'refunded', version}
--       {'conflict', version} somebody else holds a seat of the order, or a failover took the hold back to a place in
--                             standby, which has been given other seats since: call follow-orders.lua
if not meta then return { 'conflict', '0' } end
local id, buyer, seats = ARGV[1], ARGV[2], ARGV[3]
-- A partition becomes over only when nothing is being paid, so Redis already knew of every order.
if meta.status == 'retired' then return { 'sold', int(meta.version) } end
local hold = readHold(id)
if hold and hold.state == 's' then return { 'sold', int(meta.version) } end
if hold and hold.state:match('[fw]') then return { 'refunded', int(meta.version) } end

if not hold or hold.state == 'r' then
  if not allFree(seats) then return { 'conflict', int(meta.version) } end
  hold = { id = id, state = 'h', buyer = buyer, expiresAt = now, seats = seats, attempt = hold and hold.attempt or 1,
    count = countSeats(seats) }
  meta.free = meta.free - hold.count
  meta.held = meta.held + hold.count
elseif hold.seats ~= seats then
  return { 'conflict', int(meta.version) }
end
sell(hold)
save()
return { 'sold', stamp() }
