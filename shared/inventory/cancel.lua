-- Cancels the drop: nothing is given out any more, standby ends, holds that nobody is paying for are released.
-- At most 100 of each in one call, so that no call keeps the node busy for long; repeat until nothing is left.
-- A drop that is over stays over: nothing is left to end.
--
-- reply {'cancelled', how many are left, version, buyer whose hold or place ended...}
if not meta then return { 'cancelled', 0, '0' } end
if meta.isOver then return { 'cancelled', 0, int(meta.version) } end
-- If the drop closed before it was cancelled, places in standby end as closed.
local why = whyStandbyEnds()
redis.call('HSET', META, 'status', 'cancelled')
if meta.status ~= 'cancelled' then ledger('t', 'cancel') end
meta.status = 'cancelled'
meta.isClosed = true

local ended = {}
local standing = redis.call('ZRANGE', STANDBY, 0, 99)
if why == 'closed' then
  endStandby(standing)
  standing = {}
end
for _, buyer in ipairs(standing) do
  local id = redis.call('HGET', ENTRIES, buyer):match('^W|([^|]+)')
  redis.call('ZREM', STANDBY, buyer)
  redis.call('HSET', ENTRIES, buyer, 'R|' .. id)
  ledger('t', 'leave', 'h', id, 'u', buyer)
  ended[#ended + 1] = buyer
end
for _, id in ipairs(redis.call('ZRANGE', DUE, 0, 99)) do
  local hold = readHold(id)
  release(hold, 'cancelled')
  ended[#ended + 1] = hold.buyer
end
save()
return { 'cancelled', redis.call('ZCARD', STANDBY) + redis.call('ZCARD', DUE), stamp(), unpack(ended) }
