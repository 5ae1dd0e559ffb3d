-- What became of a buyer, as of now. Changes nothing.
--
-- ARGV  1 buyer
-- reply {'retired', version}  only the archived ledger can tell
--       {'none', version}  {'sold_out', version, until when (ms) it is refused, if that is for lapsed holds}
--       {'standby', version, entry, quantity, position}
--       {'hold', version, hold, state, seats, expiresAt, why it was released if it was,
--       until when (ms) entries are refused for it, or '0'}
-- The answer is true as of the version; 0 if Redis knows nothing of the partition.
if not meta then return { 'none', '0' } end
local version = int(meta.version)
local buyer = ARGV[1]
if meta.status == 'retired' then return { 'retired', version } end
local record = redis.call('HGET', ENTRIES, buyer)
if not record then
  if redis.call('GETBIT', SOLDOUT, soldOutBit(buyer)) == 1 then return { 'sold_out', version } end
  return { 'none', version }
end

local state, id, quantity, sequence = record:match('^(%a)|([^|]+)|?([^|]*)|?(%d*)$')
if state == 'W' and meta.isClosed then
  return { 'hold', versionAfterClosing(), id, 'r', '', '0', whyStandbyEnds() }
end
if state == 'W' then
  -- Everybody who came earlier, whatever quantity they want.
  local ahead = 0
  for wanted = 1, meta.maxPerBuyer do
    ahead = ahead + redis.call('ZCOUNT', STANDBY, int(wanted * SEQUENCES),
      '(' .. int(wanted * SEQUENCES + tonumber(sequence)))
  end
  return { 'standby', version, id, tonumber(quantity), ahead + 1 }
end
if state == 'L' then return { 'sold_out', version, record:match('(%d+)$') } end
local hold = readHold(id)
-- A place in standby that ended: there never was a hold.
if not hold then return { 'hold', version, id, 'r', '', '0', quantity ~= '' and quantity or 'cancelled' } end
local why = hold.reason or ''
local lapsed = (why == 'expired' or why == 'declined' or why == 'given_back') and redis.call('HGET', LAPSES, buyer)
local refusedUntil = lapsed and lapsed:match('%d+$') or '0'
return { 'hold', version, id, hold.state, hold.seats, int(hold.expiresAt), why, refusedUntil }
