-- Gives free seats to standby, a portion a call, where a script that freed many could not do all of it.
--
-- reply {'promoted', 1 if there are more to come or else 0, promoted hold...}
if not meta then return { 'promoted', 0 } end
local promoted, more = promote()
if #promoted > 0 then save() end
return { 'promoted', more and 1 or 0, unpack(promoted) }
