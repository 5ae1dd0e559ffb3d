-- Ends a hold whose time is over; its seats go to standby, else back on sale.
--
-- ARGV  1 hold
-- reply {'released', buyer, version, refused until (ms), promoted hold...}  {'early', ms left}
--       {'settled', state}  already released or sold, or paying: then the end of the payment decides
--       {'unknown'}
if not meta then return { 'unknown' } end
local hold = readHold(ARGV[1])
if not hold then return { 'unknown' } end
if hold.state ~= 'h' then return { 'settled', hold.state } end
if now < hold.expiresAt then return { 'early', int(hold.expiresAt - now) } end

local refusedUntil = release(hold, 'expired')
local promoted = promote()
save()
return { 'released', hold.buyer, stamp(), refusedUntil, unpack(promoted) }
