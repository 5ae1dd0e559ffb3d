-- Finds unpaid holds that have one of the given seats. Each call searches a portion of the holds, in the order in which
-- they end. Changes nothing.
--
-- ARGV  1 expiresAt (ms) to start from  2... seats
-- reply {'holders', expiresAt to continue from, '' if all were searched, hold...}
if not meta then return { 'holders', '' } end
local PORTION = 1000
local wanted = {}
for at = 2, #ARGV do wanted[ARGV[at]] = true end

local due = redis.call('ZRANGE', DUE, ARGV[1], '+inf', 'BYSCORE', 'LIMIT', 0, PORTION, 'WITHSCORES')
local ids = {}
for at = 1, #due, 2 do ids[#ids + 1] = due[at] end
local reply = { 'holders', '' }
if #ids == 0 then return reply end
if #ids == PORTION then
  -- The next call starts with the holds of this last millisecond again; it has never more of them than a portion.
  local last = due[#due]
  reply[2] = last == ARGV[1] and int(tonumber(last) + 1) or last
end
for at, record in ipairs(redis.call('HMGET', HOLDS, unpack(ids))) do
  local seats = record and record:match('^h|%d+|%d+|([^|]*)')
  for seat in (seats or ''):gmatch('[^+]+') do
    if wanted[seat] then
      reply[#reply + 1] = ids[at]
      break
    end
  end
end
return reply
