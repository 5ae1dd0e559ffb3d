-- Ends standby once the drop has closed, a portion in each call. Buyers are told before their places are ended: by the
-- clock these have ended already, and a crash in between only means that buyers are told twice. So each call ends the
-- places of the buyers that the previous call listed.
--
-- ARGV  1 closesAt (ms) as MySQL has it; it replaces a different one in the partition
--       2.. buyers who were told
-- reply {'closed', version, buyer who has to be told...} at most 200; if none is listed, standby has ended
--       {'early'}  it has not closed yet  {'not_stocked'}
if not meta then return { 'not_stocked' } end
if meta.isOver then return { 'closed', int(meta.version) } end
local closesAt = tonumber(ARGV[1])
if now < closesAt then return { 'early' } end

if meta.closesAt ~= closesAt then
  meta.closesAt = closesAt
  redis.call('HSET', META, 'closesAt', ARGV[1])
  ledger('t', 'terms', 'm', meta.maxPerBuyer, 'w', meta.standbyLimit, 'x', int(meta.holdMs),
    'p', redis.call('HGET', META, 'lapsePauseMs') or '0', 'c', ARGV[1])
end
local told = {}
for i = 2, #ARGV do told[i - 1] = ARGV[i] end
if #told > 0 then
  endStandby(told)
  save()
end
return { 'closed', versionAfterClosing(), unpack(redis.call('ZRANGE', STANDBY, 0, 199)) }
