-- Counts what may be left to do in a partition, so that a caller that finds nothing need not ask further.
-- Changes nothing.
--
-- reply {'gone'}
--       {'there', ms for which the longest overdue hold has been overdue, ms for which the longest payment has been
--       under way, promotions whose buyers were not told, transfers under way, buyers in standby, free seats}; the
--       first two are -1 if there is no such hold
if not meta then return { 'gone' } end
local function longest(key)
  local since = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2]
  return since and math.max(-1, now - tonumber(since)) or -1
end
return {
  'there', longest(DUE), longest(PAYING), redis.call('HLEN', UNTOLD), redis.call('HLEN', LENT),
  redis.call('ZCARD', STANDBY), meta.free,
}
