-- paying -> sold, after MySQL has the order. MySQL has the last word, so this follows it where it still can: also
-- from a hold that Redis thinks is held, or has forgotten, or released while its seats are free.
--
-- ARGV  1 hold  2 buyer  3 seats of the order
-- A refunded hold stays so: a late word on its payment must not sell the seats again.
--
-- reply {'sold', version}  {'refunded', version}
--       {'conflict', version} somebody else holds a seat of the order, or the hold was forgotten as a place in standby
--                             and given other seats since: follow-orders.lua is the way
if not meta then return { 'conflict', '0' } end
local id, buyer, seats = ARGV[1], ARGV[2], ARGV[3]
-- It was over only once nothing was being paid, so Redis had heard of every order.
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
