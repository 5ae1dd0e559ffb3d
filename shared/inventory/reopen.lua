-- Seats of a sold hold are refunded, after MySQL has the refund: they go to standby, else back on sale. Seats whose
-- tickets were used stay sold, to nobody (withheld). The hold stays sold with the seats it has left; without any left it
-- is refunded.
--
-- ARGV  1 hold  2 the refunded seats, '' for all it has  3 all seats of the order that are withheld, '' for none
--       4 buyer  5 seats that the hold has left: both only for a retired partition, after the archived ledger has shown
--         that the hold is sold with these seats
-- reply {'released', buyer, version, '0', promoted hold...}  no seat is left
--       {'reduced', buyer, version, seats left, promoted hold...}
--       {'settled', state}  it has none of these seats
--       {'unknown'}
--       {'retired'}  only the archived ledger tells which seats were refunded before
if not meta then return { 'unknown' } end
local hold = readHold(ARGV[1])
local isRetired = meta.status == 'retired'
if hold and hold.state ~= 's' then return { 'settled', hold.state } end
if isRetired then
  if not ARGV[4] then return { 'retired' } end
  -- What Redis has of this hold is newer than what the caller has read.
  hold = hold or { id = ARGV[1], state = 's', buyer = ARGV[4], expiresAt = now, seats = ARGV[5], attempt = 1 }
end
if not hold then return { 'unknown' } end

local function setOf(seats)
  local set = {}
  for seat in seats:gmatch('[^+]+') do set[seat] = true end
  return set
end

local refunded, withheld = setOf(ARGV[2]), setOf(ARGV[3])
local given, kept, free, left = {}, {}, {}, {}
for seat in hold.seats:gmatch('[^+]+') do
  if ARGV[2] == '' or refunded[seat] then
    given[#given + 1] = seat
    local list = withheld[seat] and kept or free
    list[#list + 1] = seat
    withheld[seat] = nil
  else
    left[#left + 1] = seat
  end
end
if #given == 0 then return { 'settled', hold.state } end

if #left > 0 then
  hold.seats = table.concat(left, '+')
else
  -- With those of its earlier refunds, unless Redis has lost that they are sold.
  local all = { unpack(kept) }
  for seat in ARGV[3]:gmatch('[^+]+') do
    if withheld[seat] and (isRetired or isSold(seat)) then all[#all + 1] = seat end
  end
  hold.state = #all > 0 and 'w' or 'f'
  hold.reason = 'refunded'
  if #all > 0 then hold.seats = table.concat(all, '+') end
end
writeHold(hold)
meta.sold = meta.sold - #free
if isRetired then
  -- There are no rows to mark: only counters and ledger change. The hold is kept for a day, since two processes may be
  -- working on this refund.
  redis.call('EXPIRE', HOLDS, 86400)
  meta.free = meta.free + #free
else
  if #left == 0 then forget(hold) end
  freeSeats(table.concat(free, '+'))
end

local record = { 't', 'refund', 'h', hold.id, 'u', hold.buyer, 's', table.concat(given, '+') }
if #kept > 0 then
  record[#record + 1] = 'w'
  record[#record + 1] = table.concat(kept, '+')
end
if #left > 0 then
  record[#record + 1] = 'n'
  record[#record + 1] = #left
end
ledger(unpack(record))
local promoted = isRetired and {} or promote()
save()
if #left > 0 then return { 'reduced', hold.buyer, stamp(), hold.seats, unpack(promoted) } end
return { 'released', hold.buyer, stamp(), '0', unpack(promoted) }
