-- Buyers whose entries are refused for a while because holds of theirs lapsed: those that a publisher does not know
-- yet. Changes nothing.
--
-- ARGV  1 version up to which lapses are known  2 how many to list at most
-- reply {'gone'}  {'lapses', now (ms), version of the last one told, buyer, until (ms), buyer, until...}
if not meta then return { 'gone' } end
local known, most = tonumber(ARGV[1]), tonumber(ARGV[2])
-- If the latest lapse is older than the known version, a failover lost some: list all again.
local newest = redis.call('ZRANGE', LAPSED, -1, -1, 'WITHSCORES')[2]
if not newest or tonumber(newest) < known then known = 0 end

local reply = { 'lapses', int(now), int(known) }
local news = redis.call('ZRANGE', LAPSED, '(' .. int(known), '+inf', 'BYSCORE', 'LIMIT', 0, most, 'WITHSCORES')
if #news == 0 then return reply end
reply[3] = int(tonumber(news[#news]))
local buyers = {}
for i = 1, #news, 2 do buyers[#buyers + 1] = news[i] end
for i, lapses in ipairs(redis.call('HMGET', LAPSES, unpack(buyers))) do
  local till = lapses and lapses:match('%d+$') or '0'
  if tonumber(till) > now then
    reply[#reply + 1] = buyers[i]
    reply[#reply + 1] = till
  end
end
return reply
