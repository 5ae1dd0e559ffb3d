-- What became of a buyer, as of now. Changes nothing.
--
-- ARGV  1 buyer
-- reply {'none'}  {'sold_out'}  {'standby', entry, quantity, position}
--       {'hold', hold, state, seats, expiresAt, why it was released if it was}
if not meta then return { 'none' } end
local buyer = ARGV[1]
local record = redis.call('HGET', ENTRIES, buyer)
if not record then
  if redis.call('GETBIT', SOLDOUT, buyer) == 1 then return { 'sold_out' } end
  return { 'none' }
end

local state, id, quantity, sequence = record:match('^(%a)|([^|]+)|?(%d*)|?(%d*)$')
if state == 'W' then
  -- Those who came earlier, whatever they wait for.
  local ahead = 0
  for wanted = 1, meta.maxPerBuyer do
    ahead = ahead + redis.call('ZCOUNT', STANDBY, int(wanted * SEQUENCES),
      '(' .. int(wanted * SEQUENCES + tonumber(sequence)))
  end
  return { 'standby', id, tonumber(quantity), ahead + 1 }
end
local hold = readHold(id)
-- Sent home from standby by a cancelled drop: there never was a hold.
if not hold then return { 'hold', id, 'r', '', '0', 'cancelled' } end
local ended = hold.state == 'r' or hold.state == 'f'
return { 'hold', id, hold.state, hold.seats, int(hold.expiresAt), ended and hold.payer or '' }
