-- What there may be left to do in a partition, in figures: whoever sees nothing to do here need not look closer.
-- Changes nothing.
--
-- reply {'gone'}  {'there', ms for which the time of a held hold has been over, ms for which a hold has been in payment,
--       promotions that are untold, transfers under way, buyers in standby, free seats}; -1 where there is no such hold
if not meta then return { 'gone' } end
local function longest(key)
  local since = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2]
  return since and math.max(-1, now - tonumber(since)) or -1
end
return {
  'there', longest(DUE), longest(PAYING), redis.call('HLEN', UNTOLD), redis.call('HLEN', LENT),
  redis.call('ZCARD', STANDBY), meta.free,
}
