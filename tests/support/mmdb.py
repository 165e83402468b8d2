"""Writes a small MMDB file (the format of MaxMind's databases), for tests of network names."""
import ipaddress

MARK = b"\xab\xcd\xefMaxMind.com"
MAP, TEXT, UINT16, UINT32, UINT64, ARRAY = 7, 2, 5, 6, 9, 11


def control(kind, size):
    """The octets before a value: type and size."""
    head = [kind << 5] if kind < 8 else [0, kind - 7]
    rest = b""
    if size >= 29:
        rest, size = bytes([size - 29]), 29
    head[0] |= size
    return bytes(head) + rest


def encode(value):
    if isinstance(value, dict):
        return control(MAP, len(value)) + b"".join(encode(k) + encode(v) for k, v in value.items())
    if isinstance(value, list):
        return control(ARRAY, len(value)) + b"".join(encode(each) for each in value)
    if isinstance(value, str):
        return control(TEXT, len(value.encode())) + value.encode()
    kind, number = value
    data = number.to_bytes(8, "big").lstrip(b"\0")
    return control(kind, len(data)) + data


def write(path, systems):
    """SYSTEMS is {network: (number, name)}; IPv4 lies in ::/96."""
    nodes, data = [[None, None]], b""
    for network, (number, name) in systems.items():
        parsed = ipaddress.ip_network(network)
        bits = format(int(parsed.network_address), "0128b")[:parsed.prefixlen +
                                                            (96 if parsed.version == 4 else 0)]
        at = 0
        for bit in bits[:-1]:
            if nodes[at][int(bit)] is None:
                nodes.append([None, None])
                nodes[at][int(bit)] = len(nodes) - 1
            at = nodes[at][int(bit)]
        nodes[at][int(bits[-1])] = ("data", len(data))
        data += encode({"autonomous_system_number": (UINT32, number),
                        "autonomous_system_organization": name})
    tree = b""
    for node in nodes:
        for record in node:
            if record is None:
                record = len(nodes)
            elif isinstance(record, tuple):
                record = len(nodes) + 16 + record[1]
            tree += record.to_bytes(3, "big")
    meta = encode({"node_count": (UINT32, len(nodes)), "record_size": (UINT16, 24),
                   "ip_version": (UINT16, 6), "database_type": "Test-ASN", "languages": ["en"],
                   "binary_format_major_version": (UINT16, 2),
                   "binary_format_minor_version": (UINT16, 0), "build_epoch": (UINT64, 1700000000),
                   "description": {"en": "test"}})
    with open(path, "wb") as file:
        file.write(tree + b"\0" * 16 + data + MARK + meta)
