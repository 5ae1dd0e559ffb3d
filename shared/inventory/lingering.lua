-- Holds that have been in one state for longer than they should. Changes nothing.
--
-- ARGV  1 'due' (time was over so long ago), 'paying' (in payment for so long) or 'untold' (promoted so long ago)
--       2 ms
--       3 how many of the first to leave out ('due' and 'paying' alone), since nobody can do anything about them
-- reply {'holds', version as of which it is so, 'since|hold|state|buyer|expiresAt|seats|attempt|payer or reason'...} at most 500, since in ms
if not meta then return { 'holds', '0' } end
local before = now - tonumber(ARGV[2])
local ids = {} -- hold, since, hold, since, ...
if ARGV[1] == 'untold' then
  -- In no order: of more than these any come, and each one that is told leaves room for the rest.
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
