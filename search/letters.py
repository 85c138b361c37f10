"""Tables of letters that tell how the full-text index sees words: what is a letter, and what folds to what."""

# Lower-case characters and what Lucene's ASCIIFoldingFilter (Apache-2.0) makes of them, as Tantivy's AsciiFoldingFilter
# has it: the word first, then all that become it. Its oddities (ǧ gives a capital G) are kept: both sides must agree.
# The last rows are capitals that Python 3.11 does not know yet.
FOLDED = """
a àáâãäåāăąǎǟǡǻȁȃȧɐəɚᶏᶕḁẚạảấầẩẫậắằẳẵặₐₔⓐⱥａ; aa ꜳ; ae æǣǽᴂ; ao ꜵ; au ꜷ; av ꜹꜻ; ay ꜽ; b ƀƃɓᵬᶀḃḅḇⓑｂ;
c çćĉċčƈȼɕḉↄⓒꜿｃ; d ðďđƌȡɖɗᵭᶁᶑḋḍḏḑḓⓓꝺｄ; db ȸ; dz ǆǳʣʥ; e èéêëēĕėęěǝȅȇȩɇɘɛɜɝɞʚᴈᶒᶓᶔḕḗḙḛḝẹẻẽếềểễệₑⓔⱸｅ; f ƒᵮᶂḟẛⓕꝼｆ;
ff ﬀ; ffi ﬃ; ffl ﬄ; fi ﬁ; fl ﬂ; g ĝğġģǵɠɡᵷᵹᶃḡⓖꝿｇ; h ĥħȟɥɦʮʯḣḥḧḩḫẖⓗⱨⱶｈ; hv ƕ; i ìíîïĩīĭįıǐȉȋɨᴉᵢᵼᶖḭḯỉịⁱⓘｉ; ij ĳ;
j ĵǰȷɉɟʄʝⓙⱼｊ; k ķƙǩʞᶄḱḳḵⓚⱪꝁꝃꝅｋ; l ĺļľŀłƚȴɫɬɭᶅḷḹḻḽⓛⱡꝇꝉꞁｌ; lj ǉ; ll ỻ; ls ʪ; lz ʫ; m ɯɰɱᵯᶆḿṁṃⓜｍ;
n ñńņňŉŋƞǹȵɲɳᵰᶇṅṇṉṋⁿⓝｎ; nj ǌ; o òóôõöøōŏőơǒǫǭǿȍȏȫȭȯȱɔɵᴖᴗᶗṍṏṑṓọỏốồổỗộớờởỡợₒⓞⱺꝋꝍｏ; oe œᴔ; oo ꝏ; ou ȣ;
p ƥᵱᵽᶈṕṗⓟꝑꝓꝕꟼｐ; q ĸɋʠⓠꝗꝙｑ; qp ȹ; r ŕŗřȑȓɍɼɽɾɿᵣᵲᵳᶉṙṛṝṟⓡꝛꞃｒ; s śŝşšſșȿʂᵴᶊṡṣṥṧṩẜẝⓢｓ; ss ß; st ﬆ;
t ţťŧƫƭțȶʇʈᵵṫṭṯṱẗⓣⱦｔ; tc ʨ; th þᵺꝧ; ts ʦ; tz ꜩ; u ùúûüũūŭůűųưǔǖǘǚǜȕȗʉᵤᶙṳṵṷṹṻụủứừửữựⓤｕ; ue ᵫ; v ʋʌᵥᶌṽṿⓥⱱⱴꝟｖ;
vy ꝡ; w ŵƿʍẁẃẅẇẉẘⓦⱳｗ; x ᶍẋẍₓⓧｘ; y ýÿŷƴȳɏʎẏẙỳỵỷỹỿⓨｙ; z źżžƶȝȥɀʐʑᵶᶎẑẓẕⓩⱬꝣｚ; (1) ⑴; (10) ⑽; (11) ⑾; (12) ⑿;
(13) ⒀; (14) ⒁; (15) ⒂; (16) ⒃; (17) ⒄; (18) ⒅; (19) ⒆; (2) ⑵; (20) ⒇; (3) ⑶; (4) ⑷; (5) ⑸; (6) ⑹; (7) ⑺;
(8) ⑻; (9) ⑼; 1. ⒈; 10 ⑩⓾❿➉➓; 10. ⒑; 11 ⑪⓫; 11. ⒒; 12 ⑫⓬; 12. ⒓; 13 ⑬⓭; 13. ⒔; 14 ⑭⓮; 14. ⒕; 15 ⑮⓯; 15. ⒖;
16 ⑯⓰; 16. ⒗; 17 ⑰⓱; 17. ⒘; 18 ⑱⓲; 18. ⒙; 19 ⑲⓳; 19. ⒚; 2. ⒉; 20 ⑳⓴; 20. ⒛; 3. ⒊; 4. ⒋; 5. ⒌; 6. ⒍; 7. ⒎; 8. ⒏;
9. ⒐; A ᴀ; AE ᴁ; B ʙᴃ; C ʗᴄ; D ᴅᴆ; E ᴇⱻ; F ꜰꟻ; G ǥǧɢʛ; H ʜ; I ɪᵻꟾ; J ᴊ; K ᴋ; L ʟᴌ; M ᴍꟽꟿ; N ɴᴎ; O ᴏᴐ; OE ɶ;
OU ᴕ; P ᴘ; R ʀʁᴙᴚ; S ꜱꞅ; T ᴛ; U ᴜᵾ; V ᴠ; W ᴡ; Y ʏ; Z ᴢ; 0 ⁰₀⓪⓿０; 1 ¹₁①⓵❶➀➊１; 2 ²₂②⓶❷➁➋２; 3 ³₃③⓷❸➂➌３;
4 ⁴₄④⓸❹➃➍４; 5 ⁵₅⑤⓹❺➄➎５; 6 ⁶₆⑥⓺❻➅➏６; 7 ⁷₇⑦⓻❼➆➐７; 8 ⁸₈⑧⓼❽➇➑８; 9 ⁹₉⑨⓽❾➈➒９;
ᲊ Ᲊ; ɤ Ɤ; ꟍ Ꟍ; ꟏ ꟎; ꟓ ꟒; ꟕ ꟔; ꟛ Ꟛ; ƛ Ƛ; 𐵰 𐵐; 𐵱 𐵑; 𐵲 𐵒; 𐵳 𐵓; 𐵴 𐵔; 𐵵 𐵕; 𐵶 𐵖; 𐵷 𐵗; 𐵸 𐵘; 𐵹 𐵙; 𐵺 𐵚; 𐵻 𐵛;
𐵼 𐵜; 𐵽 𐵝; 𐵾 𐵞; 𐵿 𐵟; 𐶀 𐵠; 𐶁 𐵡; 𐶂 𐵢; 𐶃 𐵣; 𐶄 𐵤; 𐶅 𐵥; 𖺻 𖺠; 𖺼 𖺡; 𖺽 𖺢; 𖺾 𖺣; 𖺿 𖺤; 𖻀 𖺥; 𖻁 𖺦; 𖻂 𖺧; 𖻃 𖺨; 𖻄 𖺩;
𖻅 𖺪; 𖻆 𖺫; 𖻇 𖺬; 𖻈 𖺭; 𖻉 𖺮; 𖻊 𖺯; 𖻋 𖺰; 𖻌 𖺱; 𖻍 𖺲; 𖻎 𖺳; 𖻏 𖺴; 𖻐 𖺵; 𖻑 𖺶; 𖻒 𖺷; 𖻓 𖺸;
"""

# Characters (hex, ranges inclusive) that are alphabetic or numeric for Rust (Unicode 17, with the vowel signs of Indic
# and the points of Semitic scripts) where Python 3.11's isalnum() says no: they join words in the index, so here too.
LETTERS = """
345 363-36F 5B0-5BD 5BF 5C1-5C2 5C4-5C5 5C7 610-61A 64B-657 659-65F 670 6D6-6DC 6E1-6E4 6E7-6E8 6ED 711 730-73F
7A6-7B0 816-817 81B-823 825-827 829-82C 88F 897 8D4-8DF 8E3-8E9 8F0-903 93A-93B 93E-94C 94E-94F 955-957 962-963
981-983 9BE-9C4 9C7-9C8 9CB-9CC 9D7 9E2-9E3 A01-A03 A3E-A42 A47-A48 A4B-A4C A51 A70-A71 A75 A81-A83 ABE-AC5 AC7-AC9
ACB-ACC AE2-AE3 AFA-AFC B01-B03 B3E-B44 B47-B48 B4B-B4C B56-B57 B62-B63 B82 BBE-BC2 BC6-BC8 BCA-BCC BD7 C00-C04
C3E-C44 C46-C48 C4A-C4C C55-C56 C5C C62-C63 C81-C83 CBE-CC4 CC6-CC8 CCA-CCC CD5-CD6 CDC CE2-CE3 CF3 D00-D03 D3E-D44
D46-D48 D4A-D4C D57 D62-D63 D81-D83 DCF-DD4 DD6 DD8-DDF DF2-DF3 E31 E34-E3A E4D EB1 EB4-EB9 EBB-EBC ECD F71-F83
F8D-F97 F99-FBC 102B-1036 1038 103B-103E 1056-1059 105E-1060 1062-1064 1067-106D 1071-1074 1082-108D 108F 109A-109D
1712-1713 1732-1733 1752-1753 1772-1773 17B6-17C8 1885-1886 18A9 1920-192B 1930-1938 1A17-1A1B 1A55-1A5E 1A61-1A74
1ABF-1AC0 1ACC-1ACE 1B00-1B04 1B35-1B43 1B80-1B82 1BA1-1BA9 1BAC-1BAD 1BE7-1BF1 1C24-1C36 1C89-1C8A 1DD3-1DF4
24B6-24E9 2DE0-2DFF A674-A67B A69E-A69F A7CB-A7CF A7D2 A7D4 A7DA-A7DC A7F1 A802 A80B A823-A827 A880-A881 A8B4-A8C3
A8C5 A8FF A926-A92A A947-A952 A980-A983 A9B4-A9BF A9E5 AA29-AA36 AA43 AA4C-AA4D AA7B-AA7D AAB0 AAB2-AAB4 AAB7-AAB8
AABE AAEB-AAEF AAF5 ABE3-ABEA FB1E 10376-1037A 105C0-105F3 10940-10959 10A01-10A03 10A05-10A06 10A0C-10A0F 10D24-10D27
10D40-10D65 10D69 10D6F-10D85 10EAB-10EAC 10EC2-10EC7 10EFA-10EFC 11000-11002 11038-11045 11073-11074 11080-11082
110B0-110B8 110C2 11100-11102 11127-11132 11145-11146 11180-11182 111B3-111BF 111CE-111CF 1122C-11234 11237
1123E-11241 112DF-112E8 11300-11303 1133E-11344 11347-11348 1134B-1134C 11357 11362-11363 11380-11389 1138B 1138E
11390-113B5 113B7-113C0 113C2 113C5 113C7-113CA 113CC-113CD 113D1 113D3 11435-11441 11443-11445 114B0-114C1
115AF-115B5 115B8-115BE 115DC-115DD 11630-1163E 11640 116AB-116B5 116D0-116E3 1171D-1172A 1182C-11838 11930-11935
11937-11938 1193B-1193C 11940 11942 119D1-119D7 119DA-119DF 119E4 11A01-11A0A 11A35-11A39 11A3B-11A3E 11A51-11A5B
11A8A-11A97 11B60-11B67 11BC0-11BE0 11BF0-11BF9 11C2F-11C36 11C38-11C3E 11C92-11CA7 11CA9-11CB6 11D31-11D36 11D3A
11D3C-11D3D 11D3F-11D41 11D43 11D47 11D8A-11D8E 11D90-11D91 11D93-11D96 11DB0-11DDB 11DE0-11DE9 11EF3-11EF6
11F00-11F10 11F12-11F3A 11F3E-11F40 11F50-11F59 1342F 13441-13446 13460-143FA 16100-1612E 16130-16139 16D40-16D6C
16D70-16D79 16EA0-16EB8 16EBB-16ED3 16F4F 16F51-16F87 16F8F-16F92 16FF0-16FF6 187F8-187FF 18CFF 18D09-18D1E
18D80-18DF2 1B132 1B155 1BC9E 1CCF0-1CCF9 1D2C0-1D2D3 1DF25-1DF2A 1E000-1E006 1E008-1E018 1E01B-1E021 1E023-1E024
1E026-1E02A 1E030-1E06D 1E08F 1E4D0-1E4EB 1E4F0-1E4F9 1E5D0-1E5ED 1E5F0-1E5FA 1E6C0-1E6DE 1E6E0-1E6F5 1E6FE-1E6FF
1E947 1F130-1F149 1F150-1F169 1F170-1F189 2B739-2B73F 2CEA2-2CEAD 2EBF0-2EE5D 31350-33479
"""

# Han, Hiragana, Katakana and Hangul (UAX #24), in the same notation: written without spaces, or inflected within them.
CJK = """
1100-11FF 3005-3007 3041-3096 309D-309F 30A1-30FA 30FC-30FF 3131-318E 31F0-31FF 3400-4DBF 4E00-9FFF A960-A97C
AC00-D7A3 D7B0-D7C6 D7CB-D7FB F900-FA6D FA70-FAD9 FF66-FFBE FFC2-FFC7 FFCA-FFCF FFD2-FFD7 FFDA-FFDC 1B000-1B122 1B132
1B150-1B152 1B155 1B164-1B167 20000-2A6DF 2A700-2B81D 2B820-2CEAD 2CEB0-2EBE0 2EBF0-2EE5D 2F800-2FA1D 30000-3134A
31350-33479
"""


def ranges(table: str) -> str:
    """A table of hex ranges as the inside of a regular expression's character class."""
    return "".join("-".join(f"\\U{int(end, 16):08x}" for end in item.split("-")) for item in table.split())
