-- sold -> refunded, after MySQL has the refund: the seats go to standby, else back on sale. Seats whose tickets were
-- used stay sold, to nobody (withheld).
--
-- ARGV  1 hold  2 its seats that are withheld, '' for none
--       3 buyer  4 seats  both only for a retired partition, after the archived ledger has shown that the hold is sold
-- reply {'released', buyer, version, '0', promoted hold...}  {'settled', state}  {'unknown'}
--       {'retired'}  only the archived ledger tells whether it was refunded before
if not meta then return { 'unknown' } end
local hold = readHold(ARGV[1])

local function split(seats)
  local kept, withheld, free = {}, {}, {}
  for seat in ARGV[2]:gmatch('[^+]+') do kept[seat] = true end
  for seat in seats:gmatch('[^+]+') do
    local list = kept[seat] and withheld or free
    list[#list + 1] = seat
  end
  return table.concat(withheld, '+'), table.concat(free, '+'), #free
end

local function refund(id, buyer, seats, withheld)
  if withheld ~= '' then ledger('t', 'refund', 'h', id, 'u', buyer, 's', seats, 'w', withheld)
  else ledger('t', 'refund', 'h', id, 'u', buyer, 's', seats) end
end

if meta.status == 'retired' then
  if hold then return { 'settled', hold.state } end
  if not ARGV[3] then return { 'retired' } end
  -- There are no rows to mark: only counters and ledger change. The hold is kept for a day, since two processes may be
  -- working on this refund.
  local withheld, _, count = split(ARGV[4])
  writeHold({ id = ARGV[1], state = withheld ~= '' and 'w' or 'f', buyer = ARGV[3], expiresAt = now,
    seats = withheld ~= '' and withheld or ARGV[4], attempt = 1, reason = 'refunded' })
  redis.call('EXPIRE', HOLDS, 86400)
  meta.sold = meta.sold - count
  meta.free = meta.free + count
  refund(ARGV[1], ARGV[3], ARGV[4], withheld)
  save()
  return { 'released', ARGV[3], stamp(), '0' }
end
if not hold then return { 'unknown' } end
if hold.state ~= 's' then return { 'settled', hold.state } end

local all = hold.seats
local withheld, free, count = split(all)
hold.state = withheld ~= '' and 'w' or 'f'
hold.reason = 'refunded'
if withheld ~= '' then hold.seats = withheld end
writeHold(hold)
forget(hold)
meta.sold = meta.sold - count
freeSeats(free)
refund(hold.id, hold.buyer, all, withheld)
local promoted = promote()
save()
return { 'released', hold.buyer, stamp(), '0', unpack(promoted) }
