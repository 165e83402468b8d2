-- post.lua: wrk posts the reports of a pack, each one once: wrk ... -- PACK [close]
local reports, at, step, headers = {}, 0, 1, { ["Content-Type"] = "application/tlsrpt+gzip" }
local threads = 0

function setup(thread)
   thread:set("number", threads)
   threads = threads + 1
end

function init(arguments)
   local file = assert(io.open(arguments[1], "rb"))
   local bytes = file:read("*a")
   file:close()
   local from = 1
   while from + 4 <= #bytes do
      local a, b, c, d = bytes:byte(from, from + 3)
      local size = a + b * 256 + c * 65536 + d * 16777216
      reports[#reports + 1] = bytes:sub(from + 4, from + 3 + size)
      from = from + 4 + size
   end
   if arguments[2] == "close" then headers["Connection"] = "close" end
   at = number
end

function request()
   at = at + 1
   return wrk.format("POST", nil, headers, reports[(at - 1) % #reports + 1])
end
