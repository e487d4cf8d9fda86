-- SPDX-License-Identifier: GPL-2.0
--
-- Fields of Wireshark for captures of `ov2 capture`: ipsecov2.spi, ipsecov2.rx.crypto_status, and so
-- on, for filters and columns. Put this file into the plugins directory of Wireshark (`tshark -G
-- folders` shows where it is), or use the option -X lua_script:ipsecov2.lua. Wireshark runs no
-- scripts for root.
--
-- Wireshark gives scripts no access to the binary record of a packet. So this script reads the
-- comment of the packet, which has the most important values of the record in words:
--
--	tx SA 0x100001 spi 0x1000 seq 7: next header 6 (TCP), pad 2, ESP at 20: sent
--	rx no SPI: dropped: ipsec_rx_drop_clear

local ipsecov2 = Proto("ipsecov2", "IPsecOV2 records")
local fields = {
	direction = ProtoField.string("ipsecov2.direction", "Direction"),
	handle = ProtoField.uint64("ipsecov2.handle", "SA handle", base.HEX),
	spi = ProtoField.uint32("ipsecov2.spi", "SPI", base.HEX),
	seq = ProtoField.uint64("ipsecov2.seq", "Sequence number"),
	next_header = ProtoField.uint8("ipsecov2.next_header", "Next header"),
	pad_length = ProtoField.uint8("ipsecov2.pad_length", "Pad length"),
	ah_offset = ProtoField.uint16("ipsecov2.tx.ah_offset", "AH offset"),
	esp_offset = ProtoField.uint16("ipsecov2.tx.esp_offset", "ESP offset"),
	verdict = ProtoField.string("ipsecov2.tx.verdict", "Verdict"),
	crypto_status = ProtoField.string("ipsecov2.rx.crypto_status", "Crypto status"),
	drop = ProtoField.string("ipsecov2.drop", "Dropped, counter"),
}
local list = {}
for _, field in pairs(fields) do
	list[#list + 1] = field
end
ipsecov2.fields = list

local comments = Field.new("frame.comment")

local function dissect(comment, tree)
	local direction = comment:match("^[tr]x")
	local spi, seq = comment:match(" spi (0x%x+) seq (%d+)")
	local drop = comment:match(": dropped: ([%w_]+)$")
	local function add(name, value, convert)
		if value then
			tree:add(fields[name], convert and convert(value) or value)
		end
	end
	local function hex(text)
		return UInt64.fromhex(text:sub(3))
	end
	local function number(text)
		return tonumber(text)
	end

	add("direction", direction)
	add("handle", comment:match(" SA (0x%x+)"), hex)
	add("spi", spi, number)
	add("seq", seq, UInt64)
	add("next_header", comment:match("next header (%d+)"), number)
	add("pad_length", comment:match(" pad (%d+)"), number)
	add("ah_offset", comment:match(" AH at (%d+)"), number)
	add("esp_offset", comment:match(" ESP at (%d+)"), number)
	add("drop", drop)
	if direction == "tx" then
		add("verdict", comment:match(": ([%w_]+)$"))
	elseif not drop then
		add("crypto_status", comment:match(": ([%w_]+)$"))
	end
end

function ipsecov2.dissector(_, _, root)
	for _, comment in ipairs({ comments() }) do
		if comment.value:find("^[tr]x.- spi 0x%x+ seq %d+") or
		   comment.value:find("^[tr]x.- no SPI: ") then
			dissect(comment.value, root:add(ipsecov2))
		end
	end
end

register_postdissector(ipsecov2)
