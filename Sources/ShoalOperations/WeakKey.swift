internal import ShoalSchemas

/// Finds keys that somebody could guess.
enum WeakKey {
    /// Returns why a key of 64 hexadecimal digits is refused, such as `is a pattern, and can be guessed`; nil if it may be
    /// random.
    ///
    /// Fewer than one random key in 10¹³ is refused.
    static func problem(_ digits: String) -> String? {
        guard let bytes = Hex.bytes(digits) else { return nil }
        if isPattern(bytes) { return "is a pattern, not random, and can be guessed" }
        if bytes.allSatisfy({ 0x20..<0x7F ~= $0 }) || digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) {
            return "is a text or a number, not random, and can be guessed"
        }
        let first = bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        if examples.contains(first) {
            return "is an example from a standard, or the SHA-256 of a common word, and can be guessed"
        }
        return nil
    }

    /// Whether few different bytes, few different steps from byte to byte, or a repetition make up the key.
    ///
    /// Of 32 random bytes fewer than twelve are different in one of 10²⁴ keys.
    private static func isPattern(_ bytes: [UInt8]) -> Bool {
        if Set(bytes).count < 12 { return true }
        if Set(zip(bytes, bytes.dropFirst()).map { $1 &- $0 }).count < 3 { return true }
        return (1...max(bytes.count / 2, 1)).contains { period in
            zip(bytes, bytes.dropFirst(period)).allSatisfy { $0 == $1 }
        }
    }

    /// The first 8 bytes of known keys: the SHA-256 of common words, with and without a newline, and the examples of NIST
    /// SP 800-38A (AES-256) and RFC 8439.
    private static let examples: Set<UInt64> = [
        0x0166_6ec0_6046_6c14, 0x057b_a03d_6c44_1048, 0x06a4_b397_fc70_45ea, 0x0d6b_e69b_2647_17f2,
        0x1355_0350_a868_1c84,
        0x15a1_848d_3c98_067e, 0x1c92_40a5_eb55_d38a, 0x222b_c9cf_b979_5877, 0x2634_c309_7f98_e368,
        0x2a97_516c_354b_6884,
        0x2bb8_0d53_7b1d_a3e3, 0x2c26_b46b_68ff_c68f, 0x2c70_e12b_7a06_46f9, 0x2cf2_4dba_5fb0_a30e,
        0x3284_11b3_3fe5_5127,
        0x3676_7030_e790_7378, 0x37a8_eec1_ce19_687d, 0x3cf1_054a_5efb_80c7, 0x3fa0_b360_e548_4f4b,
        0x41ed_f6e6_1ed4_2a3c,
        0x4355_a46b_19d3_48dc, 0x4813_494d_137e_1631, 0x50d8_58e0_985e_cc7f, 0x5317_5bcc_0524_f37b,
        0x5891_b5b5_22d5_df08,
        0x5e67_511e_2025_9f41, 0x5e88_4898_da28_0471, 0x5fec_eb66_ffc8_6f38, 0x603d_eb10_15ca_71be,
        0x6347_9ad6_9a09_0b25,
        0x64ba_009c_ceac_4ab8, 0x6685_9b7a_de4e_68cb, 0x6b3a_55e0_261b_0304, 0x6b86_b273_ff34_fce1,
        0x70a0_11a2_0493_ce40,
        0x8886_96c3_8e89_5dd7, 0x890c_987f_bc6d_705b, 0x8c69_76e5_b541_0415, 0x8cbb_cf29_d9ce_f896,
        0x8d96_9eef_6eca_d3c2,
        0x9a27_1f2a_916b_0b6e, 0x9f86_d081_884c_7d65, 0xa4cc_6bc0_1a92_7e2a, 0xa799_8f24_7bd9_6569,
        0xa948_904f_2f0f_479b,
        0xb169_2089_4899_c778, 0xb37e_50ce_dcd3_e3f1, 0xb5bb_9d80_14a0_f9b1, 0xb94d_27b9_934d_3e08,
        0xba54_62cc_9e1f_c9b0,
        0xba78_16bf_8f01_cfea, 0xbac1_4549_c3bb_3201, 0xc47b_0294_dbbb_ee0f, 0xcbbf_241e_ebed_ba6f,
        0xd6fb_be37_9b17_06c6,
        0xdbc4_3d2a_8913_15e9, 0xe150_a1ec_81e8_e93e, 0xe218_6dbd_b1bb_4193, 0xe3b0_c442_98fc_1c14,
        0xeb9c_26ba_ee47_f19e,
        0xec35_0571_13b1_b61a, 0xedea_aff3_f177_4ad2, 0xef79_7c81_18f0_2dfb, 0xf2ca_1bb6_c7e9_07d0,
        0xf44e_b291_149c_b8bd,
        0xfc82_52c8_dc55_8399,
    ]
}
