# SPDX-License-Identifier: GPL-2.0
"""The algorithms of the oracle, as their RFCs define them. OpenSSL does the
cryptography.

    alg = ALGS["aes128-cbc-sha256"]
    keymat = os.urandom(alg.key_len)            # cipher key, salt, MAC key
    alg.words(keymat, alg.icvs[0])              # for `ip xfrm state add`
    body = alg.seal(keymat, number, iv, clear, icv_len)
    clear = alg.open(keymat, number, iv, body, icv_len)     # or BadIcv

keymat is the cipher key, then the salt, then the MAC key. A part that the
algorithm does not need is left out. number is Number(spi, seq, esn); seq has 64
bits. body is ciphertext and ICV. alg.icvs lists the possible lengths of the ICV
in bits; icv_len is the length in bytes. The length of the ciphertext is a
multiple of alg.align bytes. alg.iv_random is true for CBC: the IV of CBC must
be random.
"""
import functools
import hmac
import struct
from collections import namedtuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import (
    AESCCM, AESGCM, ChaCha20Poly1305)

try:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
except ImportError:
    TripleDES = algorithms.TripleDES


class BadIcv(Exception):
    """The ICV is wrong."""


class Number(namedtuple("Number", "spi seq esn")):
    @property
    def header(self):
        """The SPI and number as the packet has them."""
        return struct.pack("!II", self.spi, self.seq & 0xffffffff)

    @property
    def aad(self):
        """The additional data of a combined mode (section 5 of RFC 4106)."""
        if self.esn:
            return struct.pack("!IQ", self.spi, self.seq)
        return self.header

    @property
    def behind(self):
        """The bytes that a separate MAC authenticates last: RFC 4303 2.2.1."""
        return struct.pack("!I", self.seq >> 32) if self.esn else b""


# OpenSSL takes longer to set up a cipher with its key than to decrypt a packet.
# So the last ciphers are kept
@functools.lru_cache(maxsize=64)
def aead(kind, *args):
    return kind(*args)


def gcm_encrypt(key, nonce, data, aad, tag_len):
    body = aead(AESGCM, key).encrypt(nonce, data, aad)
    return body[:len(data) + tag_len]


def gcm_decrypt(key, nonce, data, aad, tag_len):
    if tag_len == 16:
        return aead(AESGCM, key).decrypt(nonce, data, aad)
    # AESGCM takes only tags of 16 bytes
    decryptor = Cipher(algorithms.AES(key),
                       modes.GCM(nonce, data[-tag_len:],
                                 tag_len)).decryptor()
    decryptor.authenticate_additional_data(aad)
    return decryptor.update(data[:-tag_len]) + decryptor.finalize()


def ccm_encrypt(key, nonce, data, aad, tag_len):
    return aead(AESCCM, key, tag_len).encrypt(nonce, data, aad)


def ccm_decrypt(key, nonce, data, aad, tag_len):
    return aead(AESCCM, key, tag_len).decrypt(nonce, data, aad)


def chacha_encrypt(key, nonce, data, aad, _tag_len):
    return aead(ChaCha20Poly1305, key).encrypt(nonce, data, aad)


def chacha_decrypt(key, nonce, data, aad, _tag_len):
    return aead(ChaCha20Poly1305, key).decrypt(nonce, data, aad)


class Aead:
    """Cipher and integrity in one. The nonce is the salt followed by the IV."""

    iv_len, align, iv_random = 8, 4, False

    def __init__(self, name, key_bits, salt, functions, icvs):
        self.xfrm = name
        self.names = [name]
        self.salt = salt
        self.key_len = key_bits // 8 + salt
        self.encrypt, self.decrypt = functions
        self.icvs = icvs

    def words(self, keymat, icv):
        return f"aead {self.xfrm} 0x{keymat.hex()} {icv}"

    def split(self, keymat, iv):
        return keymat[:-self.salt], keymat[-self.salt:] + iv

    def seal(self, keymat, number, iv, clear, icv_len):
        return self.encrypt(*self.split(keymat, iv), clear, number.aad,
                            icv_len)

    def open(self, keymat, number, iv, body, icv_len):
        try:
            return self.decrypt(*self.split(keymat, iv), body, number.aad,
                                icv_len)
        except InvalidTag:
            raise BadIcv from None


class Gmac(Aead):
    """RFC 4543: nothing is encrypted. The ICV is over header, IV and data."""

    def __init__(self, key_bits):
        super().__init__("rfc4543(gcm(aes))", key_bits, 4,
                         (gcm_encrypt, gcm_decrypt), (128,))

    def seal(self, keymat, number, iv, clear, icv_len):
        return clear + gcm_encrypt(*self.split(keymat, iv), b"",
                                   number.aad + iv + clear, icv_len)

    def open(self, keymat, number, iv, body, icv_len):
        clear = body[:-icv_len]
        if self.seal(keymat, number, iv, clear, icv_len) != body:
            raise BadIcv
        return clear


class Null:
    xfrm, key_len, iv_len, align, iv_random = "ecb(cipher_null)", 0, 0, 4, \
        False

    @staticmethod
    def encrypt(_key, _iv, data):
        return data

    decrypt = encrypt


class BlockCipher:
    """A cipher of OpenSSL. @mode is a function. It gets the key material and
    the IV, and returns OpenSSL's key and mode.
    """

    def __init__(self, xfrm, key_len, iv_len, align, cipher, mode):
        self.xfrm, self.key_len, self.iv_len = xfrm, key_len, iv_len
        self.align = align
        self.iv_random = align > 4      # CBC only
        self.cipher, self.mode = cipher, mode

    def make(self, keymat, iv):
        key, mode = self.mode(keymat, iv)
        return Cipher(self.cipher(key), mode)

    def encrypt(self, keymat, iv, data):
        encryptor = self.make(keymat, iv).encryptor()
        return encryptor.update(data) + encryptor.finalize()

    def decrypt(self, keymat, iv, data):
        decryptor = self.make(keymat, iv).decryptor()
        return decryptor.update(data) + decryptor.finalize()


def des(key):
    """Return a key of 3DES. A key of DES is repeated three times, because DES
    is 3DES with three equal keys. A key of 3DES is returned as it is.
    """
    return TripleDES(key * (24 // len(key)))


def cbc(keymat, iv):
    return keymat, modes.CBC(iv)


def ctr(keymat, iv):
    """RFC 3686 4: nonce, IV, a counter that starts with 1."""
    return keymat[:-4], modes.CTR(keymat[-4:] + iv + struct.pack("!I", 1))


class Hmac:
    """An HMAC whose key is as long as its hash: RFC 2403, 2404, 4868."""

    def __init__(self, digest, key_len, icv):
        self.xfrm = f"hmac({digest})"
        self.digest, self.key_len, self.icv = digest, key_len, icv

    def tag(self, key, data):
        return hmac.digest(key, data, self.digest)


class Separate:
    """A cipher and a separate MAC. The MAC covers ESP from the SPI to the
    ciphertext. With ESN it also covers the high half of the number (RFC 4303
    3.3.2.1).
    """

    def __init__(self, cipher, mac):
        self.cipher, self.mac = cipher, mac
        self.key_len = cipher.key_len + mac.key_len
        self.iv_len, self.align = cipher.iv_len, cipher.align
        self.iv_random = cipher.iv_random
        self.icvs = (mac.icv,)
        self.names = [f"authenc{esn}({mac.xfrm},{cipher.xfrm})"
                      for esn in ("", "esn")]

    def split(self, keymat):
        at = self.cipher.key_len
        return keymat[:at], keymat[at:]

    def words(self, keymat, icv):
        key, auth = self.split(keymat)
        key = f"0x{key.hex()}" if key else '""'
        return (f"enc {self.cipher.xfrm} {key} "
                f"auth-trunc {self.mac.xfrm} 0x{auth.hex()} {icv}")

    def icv(self, auth, number, iv, data, icv_len):
        covered = number.header + iv + data + number.behind
        return self.mac.tag(auth, covered)[:icv_len]

    def seal(self, keymat, number, iv, clear, icv_len):
        key, auth = self.split(keymat)
        data = self.cipher.encrypt(key, iv, clear)
        return data + self.icv(auth, number, iv, data, icv_len)

    def open(self, keymat, number, iv, body, icv_len):
        key, auth = self.split(keymat)
        data, icv = body[:-icv_len], body[-icv_len:]
        if self.icv(auth, number, iv, data, icv_len) != icv:
            raise BadIcv
        return self.cipher.decrypt(key, iv, data)


ICV_CHOICE = (64, 96, 128)
MACS = {"md5": Hmac("md5", 16, 96), "sha1": Hmac("sha1", 20, 96),
        "sha256": Hmac("sha256", 32, 128), "sha384": Hmac("sha384", 48, 192),
        "sha512": Hmac("sha512", 64, 256)}
CIPHERS = {
    "null": Null,
    "des": BlockCipher("cbc(des)", 8, 8, 8, des, cbc),
    "3des": BlockCipher("cbc(des3_ede)", 24, 8, 8, des, cbc),
    **{f"aes{bits}-cbc": BlockCipher("cbc(aes)", bits // 8, 16, 16,
                                     algorithms.AES, cbc)
       for bits in (128, 192, 256)},
    **{f"aes{bits}-ctr": BlockCipher("rfc3686(ctr(aes))", bits // 8 + 4, 8,
                                     4, algorithms.AES, ctr)
       for bits in (128, 192, 256)},
}

ALGS = {}
for bits in (128, 192, 256):
    ALGS[f"aes{bits}-gcm"] = Aead("rfc4106(gcm(aes))", bits, 4,
                                  (gcm_encrypt, gcm_decrypt), ICV_CHOICE)
    ALGS[f"aes{bits}-ccm"] = Aead("rfc4309(ccm(aes))", bits, 3,
                                  (ccm_encrypt, ccm_decrypt), ICV_CHOICE)
    ALGS[f"aes{bits}-gmac"] = Gmac(bits)
ALGS["chacha20-poly1305"] = Aead("rfc7539esp(chacha20,poly1305)", 256, 4,
                                 (chacha_encrypt, chacha_decrypt), (128,))


def gcm_of(keymat):
    return ALGS[f"aes{(len(keymat) - 4) * 8}-gcm"]


for _cipher, _made in CIPHERS.items():
    for _name, _mac in MACS.items():
        ALGS[f"{_cipher}-{_name}"] = Separate(_made, _mac)
