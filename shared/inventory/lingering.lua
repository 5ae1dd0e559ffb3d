-- Holds that have been in one state for too long. Changes nothing.
--
-- ARGV  1 'due' (held, and overdue), 'paying' (in payment) or 'untold' (promoted, and the buyer was not told)
--       2 for how long at least, ms
--       3 how many of the first to skip ('due' and 'paying' only), since nothing can be done about them
-- reply {'holds', version, 'since|hold|state|buyer|expiresAt|seats|attempt|payer or reason'...} at most 500; since in ms
if not meta then return { 'holds', '0' } end
local before = now - tonumber(ARGV[2])
local ids = {} -- hold, since, hold, since, ...
if ARGV[1] == 'untold' then
  -- In no order: if there are more than 1000, any of them come, and each one that is told makes room for the rest.
  ids = redis.call('HRANDFIELD', UNTOLD, 1000, 'WITHVALUES')
else
  local key = ARGV[1] == 'due' and DUE or PAYING
  ids = redis.call('ZRANGE', key, '-inf', int(before), 'BYSCORE', 'LIMIT', ARGV[3], 500, 'WITHSCORES')
end

local holds = { 'holds', int(meta.version) }
for i = 1, #ids, 2 do
  if tonumber(ids[i + 1]) <= before and #holds <= 501 then
    holds[#holds + 1] = ids[i + 1] .. '|' .. ids[i] .. '|' .. redis.call('HGET', HOLDS, ids[i])
  end
end
return holds
