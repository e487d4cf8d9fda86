/* SPDX-License-Identifier: GPL-2.0 */
/* Known answers, written by tools/vectors: do not edit. Answers that are in no
 * RFC or draft were computed with python3-cryptography: `source` says so.
 */

#define HEX(digits)	#digits

static const struct esp_vector esp_vectors[] = {
	{
		.source = "draft-mcgrew-gcm-test-01 case 1, ESN",
		.encr = OV2_ENCR_AES_GCM_128,
		.icv_len = 16,
		.esn = true,
		.seq_hi = 0x87654321,
		.encr_key = HEX(4c80cdefbb5d10da906ac73c3613a6342e443b68),
		.clear = HEX(45000048699a000080114db7c0a80102c0a801010a9bf15638d3010000010000)
			HEX(00000000045f736970045f756470037369700963796265726369747902646b00)
			HEX(0021000101020201),
		.esp = HEX(00004321000000004956ed7e3b244cfefecf537e729d5b07dc30df528dd22b76)
			HEX(8d1b98736696a6fd348509fa13ceac34cfa2436f14a3f3cf65925bf1f4a13c5d)
			HEX(15b21e1884f5ff6247aeabb786b93bce61bc17d768fd9732459018148f6cbe72)
			HEX(2fd04796562dfdb4),
	},
	{
		.source = "draft-mcgrew-gcm-test-01 case 2",
		.encr = OV2_ENCR_AES_GCM_128,
		.icv_len = 16,
		.encr_key = HEX(feffe9928665731c6d6a8f9467308308cafebabe),
		.clear = HEX(4500003e698f000080114dccc0a80102c0a801010a980035002a2343b2d00100)
			HEX(0001000000000000037369700963796265726369747902646b00000100010001),
		.esp = HEX(0000a5f80000000afacedbaddecaf888deb22cd9b07c72c16e3a65beeb8df304)
			HEX(a5a5897d33ae530f1ba76d5d114d2a5c3de81827c10e9a4f51330d0eec416642)
			HEX(cfbb85a5b47e48a4ec3b9ba95d918bd183b70d3aa8bc6ee4c309e9d85a41ad4a),
	},
	{
		.source = "draft-mcgrew-gcm-test-01 case 3",
		.encr = OV2_ENCR_AES_GCM_256,
		.icv_len = 16,
		.encr_key = HEX(abbccddef00112233445566778899aababbccddef00112233445566778899aab)
			HEX(11223344),
		.clear = HEX(4500003069a6400080062690c0a801029389155e0a9e008b2dc57ee000000000)
			HEX(7002400020bf0000020405b40101040201020201),
		.esp = HEX(4a2cbfe3000000020102030405060708ff425c9b724599df7a3bcd510194e00d)
			HEX(6a78107f1b0b1cbf06efae9d65a5d763748a637985771d347f0545659f14e99d)
			HEX(ef842d8eb335f4eecfdbf831824b4c4915956c96),
	},
	{
		.source = "draft-mcgrew-gcm-test-01 case 7",
		.encr = OV2_ENCR_AES_GCM_192,
		.icv_len = 16,
		.encr_key = HEX(feffe9928665731c6d6a8f9467308308feffe9928665731ccafebabe),
		.clear = HEX(45000028a4ad4000400678800a01038f0a010612802306b8cb712602dd6bb03e)
			HEX(501016d075680001),
		.esp = HEX(0000a5f80000000afacedbaddecaf888a5b1f8066029aea40e598b8122de0242)
			HEX(0938b3ab33f828e687b8858b5bfbdbd0315b27452144cc7795457b9652037f53)
			HEX(18027b5b4cd7a636),
	},
	{
		.source = "draft-mcgrew-gcm-test-01 case 9, ESN",
		.encr = OV2_ENCR_AES_GCM_256,
		.icv_len = 16,
		.esn = true,
		.seq_hi = 0x156f3126,
		.encr_key = HEX(abbccddef00112233445566778899aababbccddef00112233445566778899aab)
			HEX(73616c74),
		.clear = HEX(45080028732c00004006e9f90a0106120a01038f06b88023dd6bafbecb712602)
			HEX(50101f646d540001),
		.esp = HEX(17405e67dd0db99b616e640169766563f2d69ecdbd5a0d5b8d5ef38bad4da58d)
			HEX(1f278fde98ef67549d524a3018d9a57ff4d3a31ce673119e451626c2415771e3)
			HEX(b7eebca614c89b35),
	},
	{
		.source = "RFC 7634 appendix A",
		.encr = OV2_EXT_ENCR_CHACHA20_POLY1305,
		.icv_len = 16,
		.encr_key = HEX(808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f)
			HEX(a0a1a2a3),
		.clear = HEX(45000054a6f200004001e778c6336405c000020508005b7a3a080000553bec10)
			HEX(0007362708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223)
			HEX(2425262728292a2b2c2d2e2f303132333435363701020204),
		.esp = HEX(0102030400000005101112131415161724039428b97f417e3c13753a4f05087b)
			HEX(67c352e6a7fab1b982d466ef407ae5c614ee8099d52844eb61aa95dfab4c02f7)
			HEX(2aa71e7c4c4f64c9befe2facc638e8f3cbec163fac469b502773f6fb94e664da)
			HEX(9165b82829f641e076aaa8266b7fb0f7b11b369907e1ad43),
	},
	{
		.source = "RFC 3602 case 5, ICV computed",
		.encr = OV2_ENCR_AES_CBC_128,
		.auth = OV2_AUTH_SHA_256,
		.encr_key = HEX(90d382b410eeba7ad938c46cec1a82bf),
		.auth_key = HEX(01264b7095badf04294e7398bde2072c51769bc0e50a2f54799ec3e80d32577c),
		.clear = HEX(08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f1011121314151617)
			HEX(18191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637)
			HEX(0102030405060708090a0b0c0d0e0e01),
		.esp = HEX(0000432100000001e96e8c08ab465763fd098d45dd3ff893f663c25d325c18c6)
			HEX(a9453e194e120849a4870b66cc6b9965330013b4898dc856a4699e523a55db08)
			HEX(0b59ec3a8e4b7e52775b07d1db34ed9c538ab50c551b874aa269add047ad2d59)
			HEX(13ac19b7cfbad4a62252b7200533c4b91da46be97aa6ac59),
	},
	{
		.source = "RFC 3686 vector 1, ICV computed",
		.encr = OV2_EXT_ENCR_AES_CTR_128,
		.auth = OV2_AUTH_SHA_1,
		.encr_key = HEX(ae6852f8121067cc4bf7a5765577f39e00000030),
		.auth_key = HEX(01264b7095badf04294e7398bde2072c51769bc0),
		.clear = HEX(53696e676c6520626c6f636b206d7367),
		.esp = HEX(00003686000000010000000000000000e4095d4fb7a7b3792d6175a3261311b8)
			HEX(b7ef56a74565f8f1bcbe23de),
	},
	{
		.source = "RFC 3686 vector 2, ICV computed",
		.encr = OV2_EXT_ENCR_AES_CTR_128,
		.auth = OV2_AUTH_SHA_1,
		.encr_key = HEX(7e24067817fae0d743d6ce1f32539163006cb6db),
		.auth_key = HEX(01264b7095badf04294e7398bde2072c51769bc0),
		.clear = HEX(000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f),
		.esp = HEX(0000368600000002c0543b59da48d90b5104a106168a72d9790d41ee8edad388)
			HEX(eb2e1efc46da57c8fce630df9141be28824d8b50eb7d658ecd9f6fcc),
	},
	{
		.source = "RFC 3686 vector 3, ICV computed",
		.encr = OV2_EXT_ENCR_AES_CTR_128,
		.auth = OV2_AUTH_SHA_1,
		.encr_key = HEX(7691be035e5020a8ac6e618529f9a0dc00e0017b),
		.auth_key = HEX(01264b7095badf04294e7398bde2072c51769bc0),
		.clear = HEX(000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f)
			HEX(20212223),
		.esp = HEX(000036860000000327777f3f4a1786f0c1cf48a89f2ffdd9cf4652e9efdb72d7)
			HEX(4540a42bde6d7836d59a5ceaaef3105325b2072f8d6646742b0c2a089f445dbf),
	},
	{
		.source = "RFC 3686 vector 4, ICV computed",
		.encr = OV2_EXT_ENCR_AES_CTR_192,
		.auth = OV2_AUTH_SHA_1,
		.encr_key = HEX(16af5b145fc9f579c175f93e3bfb0eed863d06ccfdb7851500000048),
		.auth_key = HEX(01264b7095badf04294e7398bde2072c51769bc0),
		.clear = HEX(53696e676c6520626c6f636b206d7367),
		.esp = HEX(000036860000000436733c147d6d93cb4b55384fe259c9c84e7935a003cbe928)
			HEX(23ab5eb8f7208d7846df53fc),
	},
	{
		.source = "RFC 3686 vector 7, ICV computed",
		.encr = OV2_EXT_ENCR_AES_CTR_256,
		.auth = OV2_AUTH_SHA_1,
		.encr_key = HEX(776beff2851db06f4c8a0542c8696f6c6a81af1eec96b4d37fc1d689e6c1c104)
			HEX(00000060),
		.auth_key = HEX(01264b7095badf04294e7398bde2072c51769bc0),
		.clear = HEX(53696e676c6520626c6f636b206d7367),
		.esp = HEX(0000368600000007db5672c97aa8f0b2145ad01dbf824ec7560863dc71e3e0c0)
			HEX(5903983d464d376abb9aadc5),
	},
	{
		.source = "RFC 2202 case 2",
		.encr = OV2_ENCR_NONE,
		.auth = OV2_AUTH_MD5,
		.auth_key = HEX(4a656665),
		.clear = HEX(79612077616e7420666f72206e6f7468696e673f),
		.esp = HEX(7768617420646f2079612077616e7420666f72206e6f7468696e673f750c783e)
			HEX(6ab0b503eaa86e31),
	},
	{
		.source = "RFC 2202 case 2, the last 4 bytes as the high half",
		.encr = OV2_ENCR_NONE,
		.auth = OV2_AUTH_MD5,
		.esn = true,
		.seq_hi = 0x696e673f,
		.auth_key = HEX(4a656665),
		.clear = HEX(79612077616e7420666f72206e6f7468),
		.esp = HEX(7768617420646f2079612077616e7420666f72206e6f7468750c783e6ab0b503)
			HEX(eaa86e31),
	},
	{
		.source = "RFC 2202 case 2",
		.encr = OV2_ENCR_NONE,
		.auth = OV2_AUTH_SHA_1,
		.auth_key = HEX(4a656665),
		.clear = HEX(79612077616e7420666f72206e6f7468696e673f),
		.esp = HEX(7768617420646f2079612077616e7420666f72206e6f7468696e673feffcdf6a)
			HEX(e5eb2fa2d27416d5),
	},
	{
		.source = "RFC 2202 case 2, the last 4 bytes as the high half",
		.encr = OV2_ENCR_NONE,
		.auth = OV2_AUTH_SHA_1,
		.esn = true,
		.seq_hi = 0x696e673f,
		.auth_key = HEX(4a656665),
		.clear = HEX(79612077616e7420666f72206e6f7468),
		.esp = HEX(7768617420646f2079612077616e7420666f72206e6f7468effcdf6ae5eb2fa2)
			HEX(d27416d5),
	},
	{
		.source = "RFC 4231 case 2",
		.encr = OV2_ENCR_NONE,
		.auth = OV2_AUTH_SHA_256,
		.auth_key = HEX(4a656665),
		.clear = HEX(79612077616e7420666f72206e6f7468696e673f),
		.esp = HEX(7768617420646f2079612077616e7420666f72206e6f7468696e673f5bdcc146)
			HEX(bf60754e6a042426089575c7),
	},
	{
		.source = "RFC 4231 case 2, the last 4 bytes as the high half",
		.encr = OV2_ENCR_NONE,
		.auth = OV2_AUTH_SHA_256,
		.esn = true,
		.seq_hi = 0x696e673f,
		.auth_key = HEX(4a656665),
		.clear = HEX(79612077616e7420666f72206e6f7468),
		.esp = HEX(7768617420646f2079612077616e7420666f72206e6f74685bdcc146bf60754e)
			HEX(6a042426089575c7),
	},
	{
		.source = "RFC 4231 case 2",
		.encr = OV2_ENCR_NONE,
		.auth = OV2_EXT_AUTH_SHA_384,
		.auth_key = HEX(4a656665),
		.clear = HEX(79612077616e7420666f72206e6f7468696e673f),
		.esp = HEX(7768617420646f2079612077616e7420666f72206e6f7468696e673faf45d2e3)
			HEX(76484031617f78d2b58a6b1b9c7ef464f5a01b47),
	},
	{
		.source = "RFC 4231 case 2, the last 4 bytes as the high half",
		.encr = OV2_ENCR_NONE,
		.auth = OV2_EXT_AUTH_SHA_384,
		.esn = true,
		.seq_hi = 0x696e673f,
		.auth_key = HEX(4a656665),
		.clear = HEX(79612077616e7420666f72206e6f7468),
		.esp = HEX(7768617420646f2079612077616e7420666f72206e6f7468af45d2e376484031)
			HEX(617f78d2b58a6b1b9c7ef464f5a01b47),
	},
	{
		.source = "RFC 4231 case 2",
		.encr = OV2_ENCR_NONE,
		.auth = OV2_EXT_AUTH_SHA_512,
		.auth_key = HEX(4a656665),
		.clear = HEX(79612077616e7420666f72206e6f7468696e673f),
		.esp = HEX(7768617420646f2079612077616e7420666f72206e6f7468696e673f164b7a7b)
			HEX(fcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554),
	},
	{
		.source = "RFC 4231 case 2, the last 4 bytes as the high half",
		.encr = OV2_ENCR_NONE,
		.auth = OV2_EXT_AUTH_SHA_512,
		.esn = true,
		.seq_hi = 0x696e673f,
		.auth_key = HEX(4a656665),
		.clear = HEX(79612077616e7420666f72206e6f7468),
		.esp = HEX(7768617420646f2079612077616e7420666f72206e6f7468164b7a7bfcf819e2)
			HEX(e395fbe73b56e0a387bd64222e831fd610270cd7ea250554),
	},
	{
		.source = "computed: aes128-ccm",
		.encr = OV2_EXT_ENCR_AES_CCM_128,
		.icv_len = 16,
		.encr_key = HEX(0a2f54799ec3e80d32577ca1c6eb10355a7fa4),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040000007085a7fa4c9ee13385d9e6d36d73a845878bf1b6fe3f56e5a2a)
			HEX(7a1499043f283776ca3b75cf9d8f5971689e80af),
	},
	{
		.source = "computed: aes128-ccm ESN",
		.encr = OV2_EXT_ENCR_AES_CCM_128,
		.icv_len = 16,
		.esn = true,
		.seq_hi = 0x1020304,
		.encr_key = HEX(0a2f54799ec3e80d32577ca1c6eb10355a7fa4),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040050607085a7fa4c9ee13385d9e6d36d73a845878bf1b6fe3f56e5a2a)
			HEX(7a1499046002d23990c665ade4c2f7dd43d00319),
	},
	{
		.source = "computed: aes128-gmac",
		.encr = OV2_ENCR_NONE,
		.auth = OV2_AUTH_AES_GCM_128,
		.auth_key = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5ca),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040000007085a7fa4c9ee13385d072c51769bc0e50a2f54799ec3e80d32)
			HEX(577ca1c6c8e1a673f8b02febf8e0126bff9a557e),
	},
	{
		.source = "computed: aes128-gmac ESN",
		.encr = OV2_ENCR_NONE,
		.auth = OV2_AUTH_AES_GCM_128,
		.esn = true,
		.seq_hi = 0x1020304,
		.auth_key = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5ca),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040050607085a7fa4c9ee13385d072c51769bc0e50a2f54799ec3e80d32)
			HEX(577ca1c68183e585879d2b9ebf58ff400ec64631),
	},
	{
		.source = "computed: aes192-ccm",
		.encr = OV2_EXT_ENCR_AES_CCM_192,
		.icv_len = 16,
		.encr_key = HEX(0a2f54799ec3e80d32577ca1c6eb10355a7fa4c9ee13385d82a7cc),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040000007085a7fa4c9ee13385d5c00db1c9a68e51ddff36c13e92c9fd0)
			HEX(4d568b107f10c73a5a9e7a068cb5d6f5363fbd27),
	},
	{
		.source = "computed: aes192-ccm ESN",
		.encr = OV2_EXT_ENCR_AES_CCM_192,
		.icv_len = 16,
		.esn = true,
		.seq_hi = 0x1020304,
		.encr_key = HEX(0a2f54799ec3e80d32577ca1c6eb10355a7fa4c9ee13385d82a7cc),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040050607085a7fa4c9ee13385d5c00db1c9a68e51ddff36c13e92c9fd0)
			HEX(4d568b1096e5e2acd7a299ec0fcae299e12a1fef),
	},
	{
		.source = "computed: aes192-gmac",
		.encr = OV2_ENCR_NONE,
		.auth = OV2_AUTH_AES_GCM_192,
		.auth_key = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040000007085a7fa4c9ee13385d072c51769bc0e50a2f54799ec3e80d32)
			HEX(577ca1c64dcf8f7e8aee05715bf8b15605ed1583),
	},
	{
		.source = "computed: aes192-gmac ESN",
		.encr = OV2_ENCR_NONE,
		.auth = OV2_AUTH_AES_GCM_192,
		.esn = true,
		.seq_hi = 0x1020304,
		.auth_key = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040050607085a7fa4c9ee13385d072c51769bc0e50a2f54799ec3e80d32)
			HEX(577ca1c6cfbdf6bd554b63b2a4152c92a796853f),
	},
	{
		.source = "computed: aes256-ccm",
		.encr = OV2_EXT_ENCR_AES_CCM_256,
		.icv_len = 16,
		.encr_key = HEX(0a2f54799ec3e80d32577ca1c6eb10355a7fa4c9ee13385d82a7ccf1163b6085)
			HEX(aacff4),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040000007085a7fa4c9ee13385dd91f15e1caad54a84dad358a1e114b24)
			HEX(75944149df4e332f8157c02ca5b0547d2baebecc),
	},
	{
		.source = "computed: aes256-ccm ESN",
		.encr = OV2_EXT_ENCR_AES_CCM_256,
		.icv_len = 16,
		.esn = true,
		.seq_hi = 0x1020304,
		.encr_key = HEX(0a2f54799ec3e80d32577ca1c6eb10355a7fa4c9ee13385d82a7ccf1163b6085)
			HEX(aacff4),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040050607085a7fa4c9ee13385dd91f15e1caad54a84dad358a1e114b24)
			HEX(75944149b4929a5b88fbf999c9bf1d187f207066),
	},
	{
		.source = "computed: aes256-gmac",
		.encr = OV2_ENCR_NONE,
		.auth = OV2_AUTH_AES_GCM_256,
		.auth_key = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(abd0f51a),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040000007085a7fa4c9ee13385d072c51769bc0e50a2f54799ec3e80d32)
			HEX(577ca1c611f6aa8c5ff15d236f8ab91e5cbe2367),
	},
	{
		.source = "computed: aes256-gmac ESN",
		.encr = OV2_ENCR_NONE,
		.auth = OV2_AUTH_AES_GCM_256,
		.esn = true,
		.seq_hi = 0x1020304,
		.auth_key = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(abd0f51a),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040050607085a7fa4c9ee13385d072c51769bc0e50a2f54799ec3e80d32)
			HEX(577ca1c62d4c3b918fdc1889804fb7f3bfd7ea88),
	},
	{
		.source = "computed: null-sha256",
		.encr = OV2_ENCR_NONE,
		.auth = OV2_AUTH_SHA_256,
		.auth_key = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(1020304000000708072c51769bc0e50a2f54799ec3e80d32577ca1c6ee8cea1f)
			HEX(e54422eded131939687f0890),
	},
	{
		.source = "computed: null-sha256 ESN",
		.encr = OV2_ENCR_NONE,
		.auth = OV2_AUTH_SHA_256,
		.esn = true,
		.seq_hi = 0x1020304,
		.auth_key = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(1020304005060708072c51769bc0e50a2f54799ec3e80d32577ca1c63b228230)
			HEX(7c2c3cec9bb5fcaa1b009fd7),
	},
	{
		.source = "computed: des-sha256",
		.encr = OV2_ENCR_DES_CBC,
		.auth = OV2_AUTH_SHA_256,
		.encr_key = HEX(0a2f54799ec3e80d),
		.auth_key = HEX(32577ca1c6eb10355a7fa4c9ee13385d82a7ccf1163b6085aacff4193e6388ad),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6eb10355a7fa4c9ee13385d82)
			HEX(a7ccf1163b6085aa),
		.esp = HEX(10203040000007085a7fa4c9ee13385d576c8eb082f3cefe1dc75b762b9d08c0)
			HEX(2a701d036cd19bf872f06865779f3c91062cfdd3e7507df107ac69cbc0d3a491)
			HEX(09ad81d8df8b0ea7),
	},
	{
		.source = "computed: des-sha256 ESN",
		.encr = OV2_ENCR_DES_CBC,
		.auth = OV2_AUTH_SHA_256,
		.esn = true,
		.seq_hi = 0x1020304,
		.encr_key = HEX(0a2f54799ec3e80d),
		.auth_key = HEX(32577ca1c6eb10355a7fa4c9ee13385d82a7ccf1163b6085aacff4193e6388ad),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6eb10355a7fa4c9ee13385d82)
			HEX(a7ccf1163b6085aa),
		.esp = HEX(10203040050607085a7fa4c9ee13385d576c8eb082f3cefe1dc75b762b9d08c0)
			HEX(2a701d036cd19bf872f06865779f3c91062cfdd3e7507df116eda45ac62a8887)
			HEX(478680605cd95ddd),
	},
	{
		.source = "computed: 3des-sha256",
		.encr = OV2_ENCR_3_DES_CBC,
		.auth = OV2_AUTH_SHA_256,
		.encr_key = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e),
		.auth_key = HEX(83a8cdf2173c6186abd0f51a3f6489aed3f81d42678cb1d6fb20456a8fb4d9fe),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6eb10355a7fa4c9ee13385d82)
			HEX(a7ccf1163b6085aa),
		.esp = HEX(10203040000007085a7fa4c9ee13385d1eed9787f2b41c6492ef9ebbacdb37a2)
			HEX(2a05958e3c8b8fd5bce1d6afe1bf01e75eb23c80c912e56fba74e27ac0f26e0a)
			HEX(fbc4c1635fbefe65),
	},
	{
		.source = "computed: 3des-sha256 ESN",
		.encr = OV2_ENCR_3_DES_CBC,
		.auth = OV2_AUTH_SHA_256,
		.esn = true,
		.seq_hi = 0x1020304,
		.encr_key = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e),
		.auth_key = HEX(83a8cdf2173c6186abd0f51a3f6489aed3f81d42678cb1d6fb20456a8fb4d9fe),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6eb10355a7fa4c9ee13385d82)
			HEX(a7ccf1163b6085aa),
		.esp = HEX(10203040050607085a7fa4c9ee13385d1eed9787f2b41c6492ef9ebbacdb37a2)
			HEX(2a05958e3c8b8fd5bce1d6afe1bf01e75eb23c80c912e56f8d9f28bef704d6b0)
			HEX(361456444ad76c31),
	},
	{
		.source = "computed: aes128-cbc-sha256",
		.encr = OV2_ENCR_AES_CBC_128,
		.auth = OV2_AUTH_SHA_256,
		.encr_key = HEX(11365b80a5caef14395e83a8cdf2173c),
		.auth_key = HEX(6186abd0f51a3f6489aed3f81d42678cb1d6fb20456a8fb4d9fe23486d92b7dc),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6eb10355a7fa4c9ee13385d82)
			HEX(a7ccf1163b6085aacff4193e6388add2f71c41668bb0d5fa1f44698eb3d8fd22)
			HEX(476c91b6db00254a6f94b9de03284d72),
		.esp = HEX(10203040000007085a7fa4c9ee13385d82a7ccf1163b6085400822c899600c80)
			HEX(05ad333c32ea6d2175b921d23cebf86f09d0b7acd26a10b378d2682614b502da)
			HEX(c22b186c09049c9361d7488c77b81e6ef764e26dd449d1a437db03b4b463faad)
			HEX(a8a87f49aed0f2bff270ed2675c032f8204b00a32a56de2e),
	},
	{
		.source = "computed: aes128-cbc-sha256 ESN",
		.encr = OV2_ENCR_AES_CBC_128,
		.auth = OV2_AUTH_SHA_256,
		.esn = true,
		.seq_hi = 0x1020304,
		.encr_key = HEX(11365b80a5caef14395e83a8cdf2173c),
		.auth_key = HEX(6186abd0f51a3f6489aed3f81d42678cb1d6fb20456a8fb4d9fe23486d92b7dc),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6eb10355a7fa4c9ee13385d82)
			HEX(a7ccf1163b6085aacff4193e6388add2f71c41668bb0d5fa1f44698eb3d8fd22)
			HEX(476c91b6db00254a6f94b9de03284d72),
		.esp = HEX(10203040050607085a7fa4c9ee13385d82a7ccf1163b6085400822c899600c80)
			HEX(05ad333c32ea6d2175b921d23cebf86f09d0b7acd26a10b378d2682614b502da)
			HEX(c22b186c09049c9361d7488c77b81e6ef764e26dd449d1a437db03b4b463faad)
			HEX(a8a87f49aed0f2bf42a905a1ad9baa15b040c57ff79d39d8),
	},
	{
		.source = "computed: aes192-cbc-sha256",
		.encr = OV2_ENCR_AES_CBC_192,
		.auth = OV2_AUTH_SHA_256,
		.encr_key = HEX(11365b80a5caef14395e83a8cdf2173c6186abd0f51a3f64),
		.auth_key = HEX(89aed3f81d42678cb1d6fb20456a8fb4d9fe23486d92b7dc01264b7095badf04),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6eb10355a7fa4c9ee13385d82)
			HEX(a7ccf1163b6085aacff4193e6388add2f71c41668bb0d5fa1f44698eb3d8fd22)
			HEX(476c91b6db00254a6f94b9de03284d72),
		.esp = HEX(10203040000007085a7fa4c9ee13385d82a7ccf1163b6085b8abdef61386d127)
			HEX(6389b55429a24afe14a5940ca152bd8915382d9b45a4c423f1b62f93e8852e18)
			HEX(ae4233453f54c0cccddaa38a1d12c335b615f32c36f33ef3062099cf98049974)
			HEX(c56fa775d3f8d8593e0ac1180f53cf34efe64f2c39553508),
	},
	{
		.source = "computed: aes192-cbc-sha256 ESN",
		.encr = OV2_ENCR_AES_CBC_192,
		.auth = OV2_AUTH_SHA_256,
		.esn = true,
		.seq_hi = 0x1020304,
		.encr_key = HEX(11365b80a5caef14395e83a8cdf2173c6186abd0f51a3f64),
		.auth_key = HEX(89aed3f81d42678cb1d6fb20456a8fb4d9fe23486d92b7dc01264b7095badf04),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6eb10355a7fa4c9ee13385d82)
			HEX(a7ccf1163b6085aacff4193e6388add2f71c41668bb0d5fa1f44698eb3d8fd22)
			HEX(476c91b6db00254a6f94b9de03284d72),
		.esp = HEX(10203040050607085a7fa4c9ee13385d82a7ccf1163b6085b8abdef61386d127)
			HEX(6389b55429a24afe14a5940ca152bd8915382d9b45a4c423f1b62f93e8852e18)
			HEX(ae4233453f54c0cccddaa38a1d12c335b615f32c36f33ef3062099cf98049974)
			HEX(c56fa775d3f8d859618a24bc68566a567c82725e54f47475),
	},
	{
		.source = "computed: aes256-cbc-sha256",
		.encr = OV2_ENCR_AES_CBC_256,
		.auth = OV2_AUTH_SHA_256,
		.encr_key = HEX(11365b80a5caef14395e83a8cdf2173c6186abd0f51a3f6489aed3f81d42678c),
		.auth_key = HEX(b1d6fb20456a8fb4d9fe23486d92b7dc01264b7095badf04294e7398bde2072c),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6eb10355a7fa4c9ee13385d82)
			HEX(a7ccf1163b6085aacff4193e6388add2f71c41668bb0d5fa1f44698eb3d8fd22)
			HEX(476c91b6db00254a6f94b9de03284d72),
		.esp = HEX(10203040000007085a7fa4c9ee13385d82a7ccf1163b60857a2bbc5f05c363aa)
			HEX(73d8d3e3516c6b8d62416110052e71df9fbd0578d2a37f56b9bee8974f57f06e)
			HEX(03e4c6442c0eb212c6dec1561a7de2e7051b76cb1b8f20db926d2f5129161f90)
			HEX(90d481762d9746548c1a1d9c8601107db31531d0832ec648),
	},
	{
		.source = "computed: aes256-cbc-sha256 ESN",
		.encr = OV2_ENCR_AES_CBC_256,
		.auth = OV2_AUTH_SHA_256,
		.esn = true,
		.seq_hi = 0x1020304,
		.encr_key = HEX(11365b80a5caef14395e83a8cdf2173c6186abd0f51a3f6489aed3f81d42678c),
		.auth_key = HEX(b1d6fb20456a8fb4d9fe23486d92b7dc01264b7095badf04294e7398bde2072c),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6eb10355a7fa4c9ee13385d82)
			HEX(a7ccf1163b6085aacff4193e6388add2f71c41668bb0d5fa1f44698eb3d8fd22)
			HEX(476c91b6db00254a6f94b9de03284d72),
		.esp = HEX(10203040050607085a7fa4c9ee13385d82a7ccf1163b60857a2bbc5f05c363aa)
			HEX(73d8d3e3516c6b8d62416110052e71df9fbd0578d2a37f56b9bee8974f57f06e)
			HEX(03e4c6442c0eb212c6dec1561a7de2e7051b76cb1b8f20db926d2f5129161f90)
			HEX(90d481762d974654cfbb494e04f386587f6105225cb753f7),
	},
	{
		.source = "computed: aes128-ctr-sha256",
		.encr = OV2_EXT_ENCR_AES_CTR_128,
		.auth = OV2_AUTH_SHA_256,
		.encr_key = HEX(11365b80a5caef14395e83a8cdf2173c6186abd0),
		.auth_key = HEX(f51a3f6489aed3f81d42678cb1d6fb20456a8fb4d9fe23486d92b7dc01264b70),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040000007085a7fa4c9ee13385d7b5f6b5060f84a0a66dac61e716c7ef5)
			HEX(848983a9ef570169aaa6d9da9a045641cbeec0d6),
	},
	{
		.source = "computed: aes128-ctr-sha256 ESN",
		.encr = OV2_EXT_ENCR_AES_CTR_128,
		.auth = OV2_AUTH_SHA_256,
		.esn = true,
		.seq_hi = 0x1020304,
		.encr_key = HEX(11365b80a5caef14395e83a8cdf2173c6186abd0),
		.auth_key = HEX(f51a3f6489aed3f81d42678cb1d6fb20456a8fb4d9fe23486d92b7dc01264b70),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040050607085a7fa4c9ee13385d7b5f6b5060f84a0a66dac61e716c7ef5)
			HEX(848983a9d176e590f09e5d29ca48b09999652a28),
	},
	{
		.source = "computed: aes192-ctr-sha256",
		.encr = OV2_EXT_ENCR_AES_CTR_192,
		.auth = OV2_AUTH_SHA_256,
		.encr_key = HEX(11365b80a5caef14395e83a8cdf2173c6186abd0f51a3f6489aed3f8),
		.auth_key = HEX(1d42678cb1d6fb20456a8fb4d9fe23486d92b7dc01264b7095badf04294e7398),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040000007085a7fa4c9ee13385d2ce8c0d72687a29e206a1380cad03fc3)
			HEX(ae82a9f70a019eacecadc46f52c51415f317e09a),
	},
	{
		.source = "computed: aes192-ctr-sha256 ESN",
		.encr = OV2_EXT_ENCR_AES_CTR_192,
		.auth = OV2_AUTH_SHA_256,
		.esn = true,
		.seq_hi = 0x1020304,
		.encr_key = HEX(11365b80a5caef14395e83a8cdf2173c6186abd0f51a3f6489aed3f8),
		.auth_key = HEX(1d42678cb1d6fb20456a8fb4d9fe23486d92b7dc01264b7095badf04294e7398),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040050607085a7fa4c9ee13385d2ce8c0d72687a29e206a1380cad03fc3)
			HEX(ae82a9f7e47336997124bbd05f1acb85e71eac3a),
	},
	{
		.source = "computed: aes256-ctr-sha256",
		.encr = OV2_EXT_ENCR_AES_CTR_256,
		.auth = OV2_AUTH_SHA_256,
		.encr_key = HEX(11365b80a5caef14395e83a8cdf2173c6186abd0f51a3f6489aed3f81d42678c)
			HEX(b1d6fb20),
		.auth_key = HEX(456a8fb4d9fe23486d92b7dc01264b7095badf04294e7398bde2072c51769bc0),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040000007085a7fa4c9ee13385daad76ecb87b202ae5cc1f89393ba9adb)
			HEX(7da6637bde054e72d8dfb571e978beddf752ba9f),
	},
	{
		.source = "computed: aes256-ctr-sha256 ESN",
		.encr = OV2_EXT_ENCR_AES_CTR_256,
		.auth = OV2_AUTH_SHA_256,
		.esn = true,
		.seq_hi = 0x1020304,
		.encr_key = HEX(11365b80a5caef14395e83a8cdf2173c6186abd0f51a3f6489aed3f81d42678c)
			HEX(b1d6fb20),
		.auth_key = HEX(456a8fb4d9fe23486d92b7dc01264b7095badf04294e7398bde2072c51769bc0),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040050607085a7fa4c9ee13385daad76ecb87b202ae5cc1f89393ba9adb)
			HEX(7da6637b78bffe4166aeead25a3032f8383b706b),
	},
	{
		.source = "computed: aes128-cbc-md5",
		.encr = OV2_ENCR_AES_CBC_128,
		.auth = OV2_AUTH_MD5,
		.encr_key = HEX(0e33587da2c7ec11365b80a5caef1439),
		.auth_key = HEX(5e83a8cdf2173c6186abd0f51a3f6489),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6eb10355a7fa4c9ee13385d82)
			HEX(a7ccf1163b6085aacff4193e6388add2f71c41668bb0d5fa1f44698eb3d8fd22)
			HEX(476c91b6db00254a6f94b9de03284d72),
		.esp = HEX(10203040000007085a7fa4c9ee13385d82a7ccf1163b6085c0b8b782a82fa0ed)
			HEX(32997c9ec56b6efea064ce770ce8c5f0f01ad815a7127192995047d13698cf8e)
			HEX(3c89d117a4d463892108c86277963a46f547004c0a7e67a9d217ff31a68c68f3)
			HEX(6cf12ac895afc8aa44a747ff1786c910a0b09f5e),
	},
	{
		.source = "computed: aes128-cbc-md5 ESN",
		.encr = OV2_ENCR_AES_CBC_128,
		.auth = OV2_AUTH_MD5,
		.esn = true,
		.seq_hi = 0x1020304,
		.encr_key = HEX(0e33587da2c7ec11365b80a5caef1439),
		.auth_key = HEX(5e83a8cdf2173c6186abd0f51a3f6489),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6eb10355a7fa4c9ee13385d82)
			HEX(a7ccf1163b6085aacff4193e6388add2f71c41668bb0d5fa1f44698eb3d8fd22)
			HEX(476c91b6db00254a6f94b9de03284d72),
		.esp = HEX(10203040050607085a7fa4c9ee13385d82a7ccf1163b6085c0b8b782a82fa0ed)
			HEX(32997c9ec56b6efea064ce770ce8c5f0f01ad815a7127192995047d13698cf8e)
			HEX(3c89d117a4d463892108c86277963a46f547004c0a7e67a9d217ff31a68c68f3)
			HEX(6cf12ac895afc8aa12364b5a81d06d2b039f6ece),
	},
	{
		.source = "computed: aes256-cbc-sha512",
		.encr = OV2_ENCR_AES_CBC_256,
		.auth = OV2_EXT_AUTH_SHA_512,
		.encr_key = HEX(11365b80a5caef14395e83a8cdf2173c6186abd0f51a3f6489aed3f81d42678c),
		.auth_key = HEX(b1d6fb20456a8fb4d9fe23486d92b7dc01264b7095badf04294e7398bde2072c)
			HEX(51769bc0e50a2f54799ec3e80d32577ca1c6eb10355a7fa4c9ee13385d82a7cc),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6eb10355a7fa4c9ee13385d82)
			HEX(a7ccf1163b6085aacff4193e6388add2f71c41668bb0d5fa1f44698eb3d8fd22)
			HEX(476c91b6db00254a6f94b9de03284d72),
		.esp = HEX(10203040000007085a7fa4c9ee13385d82a7ccf1163b60857a2bbc5f05c363aa)
			HEX(73d8d3e3516c6b8d62416110052e71df9fbd0578d2a37f56b9bee8974f57f06e)
			HEX(03e4c6442c0eb212c6dec1561a7de2e7051b76cb1b8f20db926d2f5129161f90)
			HEX(90d481762d974654a73e0f4b82cffb307dd598c4009a440e84378d41cef79a0f)
			HEX(013b67f50c7776e8),
	},
	{
		.source = "computed: aes256-cbc-sha512 ESN",
		.encr = OV2_ENCR_AES_CBC_256,
		.auth = OV2_EXT_AUTH_SHA_512,
		.esn = true,
		.seq_hi = 0x1020304,
		.encr_key = HEX(11365b80a5caef14395e83a8cdf2173c6186abd0f51a3f6489aed3f81d42678c),
		.auth_key = HEX(b1d6fb20456a8fb4d9fe23486d92b7dc01264b7095badf04294e7398bde2072c)
			HEX(51769bc0e50a2f54799ec3e80d32577ca1c6eb10355a7fa4c9ee13385d82a7cc),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6eb10355a7fa4c9ee13385d82)
			HEX(a7ccf1163b6085aacff4193e6388add2f71c41668bb0d5fa1f44698eb3d8fd22)
			HEX(476c91b6db00254a6f94b9de03284d72),
		.esp = HEX(10203040050607085a7fa4c9ee13385d82a7ccf1163b60857a2bbc5f05c363aa)
			HEX(73d8d3e3516c6b8d62416110052e71df9fbd0578d2a37f56b9bee8974f57f06e)
			HEX(03e4c6442c0eb212c6dec1561a7de2e7051b76cb1b8f20db926d2f5129161f90)
			HEX(90d481762d97465457d83540442e6396a4a51fe893a74f64017facbe34103cdd)
			HEX(0b50493db7af4b14),
	},
	{
		.source = "computed: aes256-ctr-sha384",
		.encr = OV2_EXT_ENCR_AES_CTR_256,
		.auth = OV2_EXT_AUTH_SHA_384,
		.encr_key = HEX(11365b80a5caef14395e83a8cdf2173c6186abd0f51a3f6489aed3f81d42678c)
			HEX(b1d6fb20),
		.auth_key = HEX(456a8fb4d9fe23486d92b7dc01264b7095badf04294e7398bde2072c51769bc0)
			HEX(e50a2f54799ec3e80d32577ca1c6eb10),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040000007085a7fa4c9ee13385daad76ecb87b202ae5cc1f89393ba9adb)
			HEX(7da6637b12b08e86c51935111262ced3bcfe72ee5c7110b23c63d61f),
	},
	{
		.source = "computed: aes256-ctr-sha384 ESN",
		.encr = OV2_EXT_ENCR_AES_CTR_256,
		.auth = OV2_EXT_AUTH_SHA_384,
		.esn = true,
		.seq_hi = 0x1020304,
		.encr_key = HEX(11365b80a5caef14395e83a8cdf2173c6186abd0f51a3f6489aed3f81d42678c)
			HEX(b1d6fb20),
		.auth_key = HEX(456a8fb4d9fe23486d92b7dc01264b7095badf04294e7398bde2072c51769bc0)
			HEX(e50a2f54799ec3e80d32577ca1c6eb10),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040050607085a7fa4c9ee13385daad76ecb87b202ae5cc1f89393ba9adb)
			HEX(7da6637b23ceb5f3ee0f69f5e84b10f58d13afe57f24af6e5dc3b45f),
	},
	{
		.source = "computed: chacha20-poly1305",
		.encr = OV2_EXT_ENCR_CHACHA20_POLY1305,
		.icv_len = 16,
		.encr_key = HEX(11365b80a5caef14395e83a8cdf2173c6186abd0f51a3f6489aed3f81d42678c)
			HEX(b1d6fb20),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040000007085a7fa4c9ee13385dc38d28831553d0832222a4a0b085f065)
			HEX(f2ab8c05ceaa2e2340720e0a06b49514772e9306),
	},
	{
		.source = "computed: chacha20-poly1305 ESN",
		.encr = OV2_EXT_ENCR_CHACHA20_POLY1305,
		.icv_len = 16,
		.esn = true,
		.seq_hi = 0x1020304,
		.encr_key = HEX(11365b80a5caef14395e83a8cdf2173c6186abd0f51a3f6489aed3f81d42678c)
			HEX(b1d6fb20),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040050607085a7fa4c9ee13385dc38d28831553d0832222a4a0b085f065)
			HEX(f2ab8c050d2baf2604afd75d8c1b6a98501c4272),
	},
	{
		.source = "computed: aes128-ccm",
		.encr = OV2_EXT_ENCR_AES_CCM_128,
		.icv_len = 8,
		.encr_key = HEX(0a2f54799ec3e80d32577ca1c6eb10355a7fa4),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040000007085a7fa4c9ee13385d9e6d36d73a845878bf1b6fe3f56e5a2a)
			HEX(7a149904c243af403c13dad4),
	},
	{
		.source = "computed: aes128-ccm",
		.encr = OV2_EXT_ENCR_AES_CCM_128,
		.icv_len = 12,
		.encr_key = HEX(0a2f54799ec3e80d32577ca1c6eb10355a7fa4),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040000007085a7fa4c9ee13385d9e6d36d73a845878bf1b6fe3f56e5a2a)
			HEX(7a1499046984e8c9031ecab3e9103784),
	},
	{
		.source = "computed: aes256-gcm",
		.encr = OV2_ENCR_AES_GCM_256,
		.icv_len = 8,
		.encr_key = HEX(0a2f54799ec3e80d32577ca1c6eb10355a7fa4c9ee13385d82a7ccf1163b6085)
			HEX(aacff419),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040000007085a7fa4c9ee13385dfd522d78baf7e5d587fd004d28fbc28d)
			HEX(99fdacf1f5d370e403969715),
	},
	{
		.source = "computed: aes256-gcm",
		.encr = OV2_ENCR_AES_GCM_256,
		.icv_len = 12,
		.encr_key = HEX(0a2f54799ec3e80d32577ca1c6eb10355a7fa4c9ee13385d82a7ccf1163b6085)
			HEX(aacff419),
		.clear = HEX(072c51769bc0e50a2f54799ec3e80d32577ca1c6),
		.esp = HEX(10203040000007085a7fa4c9ee13385dfd522d78baf7e5d587fd004d28fbc28d)
			HEX(99fdacf1f5d370e403969715f1ce3877),
	},
};

static const struct ah_vector ah_vectors[] = {
	{
		.source = "computed: md5",
		.auth = OV2_AUTH_MD5,
		.key = HEX(03284d7297bce1062b50759abfe4092e),
		.ip = HEX(45b8004dbeef40003f33abcdc0000201c0000202),
		.ah = HEX(11040000102030400000070816f0563e7b8345665a150d8e),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: md5 ESN",
		.auth = OV2_AUTH_MD5,
		.esn = true,
		.seq_hi = 0x1020304,
		.key = HEX(03284d7297bce1062b50759abfe4092e),
		.ip = HEX(45b8004dbeef40003f33abcdc0000201c0000202),
		.ah = HEX(110400001020304005060708221f3a1ed0e4ff0a74eefa63),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: md5",
		.auth = OV2_AUTH_MD5,
		.key = HEX(03284d7297bce1062b50759abfe4092e),
		.ip = HEX(6badcafe0039334020010db800000000000000000000000120010db800000000)
			HEX(0000000000000002),
		.ah = HEX(11040000102030400000070876431e8fc45edbf04314ceeb),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: md5 ESN",
		.auth = OV2_AUTH_MD5,
		.esn = true,
		.seq_hi = 0x1020304,
		.key = HEX(03284d7297bce1062b50759abfe4092e),
		.ip = HEX(6badcafe0039334020010db800000000000000000000000120010db800000000)
			HEX(0000000000000002),
		.ah = HEX(110400001020304005060708b25578854aef65c997623500),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: sha1",
		.auth = OV2_AUTH_SHA_1,
		.key = HEX(04294e7398bde2072c51769bc0e50a2f54799ec3),
		.ip = HEX(45b8004dbeef40003f33abcdc0000201c0000202),
		.ah = HEX(1104000010203040000007082456ca2cc49ed3aec63ca4d1),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: sha1 ESN",
		.auth = OV2_AUTH_SHA_1,
		.esn = true,
		.seq_hi = 0x1020304,
		.key = HEX(04294e7398bde2072c51769bc0e50a2f54799ec3),
		.ip = HEX(45b8004dbeef40003f33abcdc0000201c0000202),
		.ah = HEX(11040000102030400506070844d467de3d413459204ac65f),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: sha1",
		.auth = OV2_AUTH_SHA_1,
		.key = HEX(04294e7398bde2072c51769bc0e50a2f54799ec3),
		.ip = HEX(6badcafe0039334020010db800000000000000000000000120010db800000000)
			HEX(0000000000000002),
		.ah = HEX(1104000010203040000007083a43ff815231357a0ff6ccaa),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: sha1 ESN",
		.auth = OV2_AUTH_SHA_1,
		.esn = true,
		.seq_hi = 0x1020304,
		.key = HEX(04294e7398bde2072c51769bc0e50a2f54799ec3),
		.ip = HEX(6badcafe0039334020010db800000000000000000000000120010db800000000)
			HEX(0000000000000002),
		.ah = HEX(110400001020304005060708bdc28872e9af9c40723c82aa),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: sha256",
		.auth = OV2_AUTH_SHA_256,
		.key = HEX(062b50759abfe4092e53789dc2e70c31567ba0c5ea0f34597ea3c8ed12375c81),
		.ip = HEX(45b80051beef40003f33abcdc0000201c0000202),
		.ah = HEX(1105000010203040000007088fca73cb216a29be75abe730e35c9510),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: sha256 ESN",
		.auth = OV2_AUTH_SHA_256,
		.esn = true,
		.seq_hi = 0x1020304,
		.key = HEX(062b50759abfe4092e53789dc2e70c31567ba0c5ea0f34597ea3c8ed12375c81),
		.ip = HEX(45b80051beef40003f33abcdc0000201c0000202),
		.ah = HEX(1105000010203040050607082c6f785cc9e86b922031ebb8c80ebd72),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: sha256",
		.auth = OV2_AUTH_SHA_256,
		.key = HEX(062b50759abfe4092e53789dc2e70c31567ba0c5ea0f34597ea3c8ed12375c81),
		.ip = HEX(6badcafe0041334020010db800000000000000000000000120010db800000000)
			HEX(0000000000000002),
		.ah = HEX(11060000102030400000070859d01044ad427178ae133d2f6685240103284d72),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: sha256 ESN",
		.auth = OV2_AUTH_SHA_256,
		.esn = true,
		.seq_hi = 0x1020304,
		.key = HEX(062b50759abfe4092e53789dc2e70c31567ba0c5ea0f34597ea3c8ed12375c81),
		.ip = HEX(6badcafe0041334020010db800000000000000000000000120010db800000000)
			HEX(0000000000000002),
		.ah = HEX(110600001020304005060708f6702c109415fb32a739344c4a392daa03284d72),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: sha384",
		.auth = OV2_EXT_AUTH_SHA_384,
		.key = HEX(062b50759abfe4092e53789dc2e70c31567ba0c5ea0f34597ea3c8ed12375c81)
			HEX(a6cbf0153a5f84a9cef3183d6287acd1),
		.ip = HEX(45b80059beef40003f33abcdc0000201c0000202),
		.ah = HEX(1107000010203040000007081b5ab0efc20bbb5f0c7a5ca5aebe1167bdba06f7)
			HEX(f9463530),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: sha384 ESN",
		.auth = OV2_EXT_AUTH_SHA_384,
		.esn = true,
		.seq_hi = 0x1020304,
		.key = HEX(062b50759abfe4092e53789dc2e70c31567ba0c5ea0f34597ea3c8ed12375c81)
			HEX(a6cbf0153a5f84a9cef3183d6287acd1),
		.ip = HEX(45b80059beef40003f33abcdc0000201c0000202),
		.ah = HEX(110700001020304005060708e45e3cfceec01f8f2d13db14bce0298327a70bee)
			HEX(3c535fb6),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: sha384",
		.auth = OV2_EXT_AUTH_SHA_384,
		.key = HEX(062b50759abfe4092e53789dc2e70c31567ba0c5ea0f34597ea3c8ed12375c81)
			HEX(a6cbf0153a5f84a9cef3183d6287acd1),
		.ip = HEX(6badcafe0049334020010db800000000000000000000000120010db800000000)
			HEX(0000000000000002),
		.ah = HEX(110800001020304000000708ba8d8195de2a9108b68a51b550504b6d55fe1adf)
			HEX(bdf360de03284d72),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: sha384 ESN",
		.auth = OV2_EXT_AUTH_SHA_384,
		.esn = true,
		.seq_hi = 0x1020304,
		.key = HEX(062b50759abfe4092e53789dc2e70c31567ba0c5ea0f34597ea3c8ed12375c81)
			HEX(a6cbf0153a5f84a9cef3183d6287acd1),
		.ip = HEX(6badcafe0049334020010db800000000000000000000000120010db800000000)
			HEX(0000000000000002),
		.ah = HEX(110800001020304005060708b2526141bc7c0867e0e715c7fc8d12c2de7b1c1c)
			HEX(bab66dc603284d72),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: sha512",
		.auth = OV2_EXT_AUTH_SHA_512,
		.key = HEX(062b50759abfe4092e53789dc2e70c31567ba0c5ea0f34597ea3c8ed12375c81)
			HEX(a6cbf0153a5f84a9cef3183d6287acd1f61b40658aafd4f91e43688db2d7fc21),
		.ip = HEX(45b80061beef40003f33abcdc0000201c0000202),
		.ah = HEX(110900001020304000000708fde4c285a27449c8bdebceea188c6b2237331215)
			HEX(7525b41d44bedaa1dc133a13),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: sha512 ESN",
		.auth = OV2_EXT_AUTH_SHA_512,
		.esn = true,
		.seq_hi = 0x1020304,
		.key = HEX(062b50759abfe4092e53789dc2e70c31567ba0c5ea0f34597ea3c8ed12375c81)
			HEX(a6cbf0153a5f84a9cef3183d6287acd1f61b40658aafd4f91e43688db2d7fc21),
		.ip = HEX(45b80061beef40003f33abcdc0000201c0000202),
		.ah = HEX(1109000010203040050607087b5eb57ca9b8242f3e572ffe4e42d14e56f9e54a)
			HEX(9b9b760b066d85abd18dfa5d),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: sha512",
		.auth = OV2_EXT_AUTH_SHA_512,
		.key = HEX(062b50759abfe4092e53789dc2e70c31567ba0c5ea0f34597ea3c8ed12375c81)
			HEX(a6cbf0153a5f84a9cef3183d6287acd1f61b40658aafd4f91e43688db2d7fc21),
		.ip = HEX(6badcafe0051334020010db800000000000000000000000120010db800000000)
			HEX(0000000000000002),
		.ah = HEX(110a000010203040000007085a6f38ce7364035678efa6058904762506452623)
			HEX(3ebcd56353b832ffd04af0a603284d72),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: sha512 ESN",
		.auth = OV2_EXT_AUTH_SHA_512,
		.esn = true,
		.seq_hi = 0x1020304,
		.key = HEX(062b50759abfe4092e53789dc2e70c31567ba0c5ea0f34597ea3c8ed12375c81)
			HEX(a6cbf0153a5f84a9cef3183d6287acd1f61b40658aafd4f91e43688db2d7fc21),
		.ip = HEX(6badcafe0051334020010db800000000000000000000000120010db800000000)
			HEX(0000000000000002),
		.ah = HEX(110a00001020304005060708523c57a41acd2fa5079aaa067ee805823be9699b)
			HEX(b0b285ff9d5e5e9df810cf2803284d72),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: aes128-gmac",
		.auth = OV2_AUTH_AES_GCM_128,
		.key = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5ca),
		.ip = HEX(45b80059beef40003f33abcdc0000201c0000202),
		.ah = HEX(1107000010203040000007085a7fa4c9ee13385da04e4aadfe6520f970421b5e)
			HEX(4b822123),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: aes128-gmac ESN",
		.auth = OV2_AUTH_AES_GCM_128,
		.esn = true,
		.seq_hi = 0x1020304,
		.key = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5ca),
		.ip = HEX(45b80059beef40003f33abcdc0000201c0000202),
		.ah = HEX(1107000010203040050607085a7fa4c9ee13385dc0a5b6609f38431fe47811a8)
			HEX(352da787),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: aes128-gmac",
		.auth = OV2_AUTH_AES_GCM_128,
		.key = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5ca),
		.ip = HEX(6badcafe0049334020010db800000000000000000000000120010db800000000)
			HEX(0000000000000002),
		.ah = HEX(1108000010203040000007085a7fa4c9ee13385de39e50f05a503a5d705d3347)
			HEX(f21af2f603284d72),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: aes128-gmac ESN",
		.auth = OV2_AUTH_AES_GCM_128,
		.esn = true,
		.seq_hi = 0x1020304,
		.key = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5ca),
		.ip = HEX(6badcafe0049334020010db800000000000000000000000120010db800000000)
			HEX(0000000000000002),
		.ah = HEX(1108000010203040050607085a7fa4c9ee13385d4c54e730abaa2a2c5008be4b)
			HEX(70099eec03284d72),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: aes192-gmac",
		.auth = OV2_AUTH_AES_GCM_192,
		.key = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2),
		.ip = HEX(45b80059beef40003f33abcdc0000201c0000202),
		.ah = HEX(1107000010203040000007085a7fa4c9ee13385d49a6155a13724e8d358b3111)
			HEX(6e0a230d),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: aes192-gmac ESN",
		.auth = OV2_AUTH_AES_GCM_192,
		.esn = true,
		.seq_hi = 0x1020304,
		.key = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2),
		.ip = HEX(45b80059beef40003f33abcdc0000201c0000202),
		.ah = HEX(1107000010203040050607085a7fa4c9ee13385d567feca9973834c3e8a54038)
			HEX(0ade3974),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: aes192-gmac",
		.auth = OV2_AUTH_AES_GCM_192,
		.key = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2),
		.ip = HEX(6badcafe0049334020010db800000000000000000000000120010db800000000)
			HEX(0000000000000002),
		.ah = HEX(1108000010203040000007085a7fa4c9ee13385da8713e564acfa38315e93db9)
			HEX(2fe7adba03284d72),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: aes192-gmac ESN",
		.auth = OV2_AUTH_AES_GCM_192,
		.esn = true,
		.seq_hi = 0x1020304,
		.key = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2),
		.ip = HEX(6badcafe0049334020010db800000000000000000000000120010db800000000)
			HEX(0000000000000002),
		.ah = HEX(1108000010203040050607085a7fa4c9ee13385d5d3fab009923a09f6b81d780)
			HEX(6e18247803284d72),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: aes256-gmac",
		.auth = OV2_AUTH_AES_GCM_256,
		.key = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(abd0f51a),
		.ip = HEX(45b80059beef40003f33abcdc0000201c0000202),
		.ah = HEX(1107000010203040000007085a7fa4c9ee13385dccce337b0747839fbe168868)
			HEX(58ca1483),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: aes256-gmac ESN",
		.auth = OV2_AUTH_AES_GCM_256,
		.esn = true,
		.seq_hi = 0x1020304,
		.key = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(abd0f51a),
		.ip = HEX(45b80059beef40003f33abcdc0000201c0000202),
		.ah = HEX(1107000010203040050607085a7fa4c9ee13385d7f696170453aff127d87cd4c)
			HEX(38a44828),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: aes256-gmac",
		.auth = OV2_AUTH_AES_GCM_256,
		.key = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(abd0f51a),
		.ip = HEX(6badcafe0049334020010db800000000000000000000000120010db800000000)
			HEX(0000000000000002),
		.ah = HEX(1108000010203040000007085a7fa4c9ee13385dc9e9da426229cf774dca5f45)
			HEX(0468dd8d03284d72),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
	{
		.source = "computed: aes256-gmac ESN",
		.auth = OV2_AUTH_AES_GCM_256,
		.esn = true,
		.seq_hi = 0x1020304,
		.key = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(abd0f51a),
		.ip = HEX(6badcafe0049334020010db800000000000000000000000120010db800000000)
			HEX(0000000000000002),
		.ah = HEX(1108000010203040050607085a7fa4c9ee13385d8a451af3a4eb0cd5269630b7)
			HEX(739e03c303284d72),
		.payload = HEX(0b30557a9fc4e90e33587da2c7ec11365b80a5caef14395e83a8cdf2173c6186)
			HEX(ab),
	},
};
