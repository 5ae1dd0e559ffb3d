-- A buyer gives a hold back, or leaves standby.
--
-- ARGV  1 buyer
-- reply {'released', hold, version, refused until (ms), promoted hold...}
--       {'left', entry, version}  {'paying'}  {'sold'}  {'none'}
if not meta then return { 'none' } end
local buyer = ARGV[1]
local state, id = (redis.call('HGET', ENTRIES, buyer) or ''):match('^(%a)|([^|]+)')

-- The place ended at closing.
if state == 'W' and meta.isClosed then return { 'none' } end
if state == 'W' then
  redis.call('ZREM', STANDBY, buyer)
  redis.call('HDEL', ENTRIES, buyer)
  -- The bit is of an earlier entry, and no longer the latest outcome.
  local bit = soldOutBit(buyer)
  if redis.call('GETBIT', SOLDOUT, bit) == 1 then redis.call('SETBIT', SOLDOUT, bit, 0) end
  ledger('t', 'leave', 'h', id, 'u', buyer)
  save()
  return { 'left', id, stamp() }
end
if state ~= 'H' then return { 'none' } end

local hold = readHold(id)
if hold.state == 'p' then return { 'paying' } end
if hold.state == 's' then return { 'sold' } end
local refusedUntil = release(hold, 'given_back')
local promoted = promote()
save()
return { 'released', id, stamp(), refusedUntil, unpack(promoted) }
