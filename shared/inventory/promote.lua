-- Gives free seats to standby, a portion in each call, after a script that freed too many to do it all by itself.
--
-- reply {'promoted', 1 if more remain, else 0, promoted hold...}
if not meta then return { 'promoted', 0 } end
local promoted, more = promote()
if #promoted > 0 then save() end
return { 'promoted', more and 1 or 0, unpack(promoted) }
