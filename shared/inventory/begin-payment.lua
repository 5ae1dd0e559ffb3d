-- held -> paying, before anything is charged. From here the hold does not expire until the payment is decided.
-- A hold that Redis lost at a failover is created again if its seats are still free.
--
-- ARGV  1 hold  2 buyer  3 seats of the checkout token  4 expiresAt of the checkout token
--       5 payer: a name for this request, so that its repetition is not taken for another payment
-- reply {'paying', attempt, seats, expiresAt}  {'under_way', attempt}  {'expired'}  {'sold'}  {'not_stocked'}
if not meta then return { 'not_stocked' } end
local id, buyer, seats, expiresAt = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local hold = readHold(id)

if not hold then
  if now >= expiresAt or meta.status ~= 'open' then return { 'expired' } end
  local live = redis.call('HGET', ENTRIES, buyer)
  if live and live:sub(1, 1) == 'H' then return { 'expired' } end
  if not allFree(seats) then return { 'expired' } end
  if live then redis.call('ZREM', STANDBY, buyer) end
  local count = markAll(seats, 'h')
  meta.free = meta.free - count
  meta.held = meta.held + count
  hold = { id = id, state = 'h', buyer = buyer, expiresAt = expiresAt, seats = seats, attempt = 0, count = count }
  redis.call('HSET', ENTRIES, buyer, 'H|' .. id)
  ledger('t', 'retake', 'h', id, 'u', buyer, 's', seats, 'x', int(expiresAt))
end

if hold.buyer ~= buyer or hasEnded(hold) then return { 'expired' } end
if hold.state == 's' then return { 'sold' } end
if hold.state == 'p' then
  if hold.payer == ARGV[5] then return { 'paying', hold.attempt, hold.seats, int(hold.expiresAt) } end
  return { 'under_way', hold.attempt }
end
if now >= hold.expiresAt then return { 'expired' } end

hold.state = 'p'
hold.attempt = hold.attempt + 1
hold.payer = ARGV[5]
writeHold(hold)
redis.call('ZREM', DUE, id)
redis.call('ZADD', PAYING, int(now), id)
meta.held = meta.held - hold.count
meta.paying = meta.paying + hold.count
ledger('t', 'paying', 'h', id, 'u', buyer, 'a', hold.attempt)
save()
return { 'paying', hold.attempt, hold.seats, int(hold.expiresAt) }
