/// Names of ordinary interests in the languages of the shipped policy, to count how many it drops.
enum InnocentTopics {
    /// Interests, and what is put before or after them.
    private struct Language {
        var before: [String] = []
        var after: [String] = []
        var interests: String
    }

    static let all: [String] = languages.flatMap { language in
        language.interests.split(separator: "|").map { $0.trimmingPrefix(" ") }.flatMap { interest in
            [String(interest)] + language.before.map { "\($0) \(interest)" }
                + language.after.map { "\(interest) \($0)" }
        }
    }

    private static let languages = [
        Language(
            before: ["learn", "best of"], after: ["for beginners"],
            interests: """
                cooking|baking bread|sourdough|vegan recipes|street food|wine tasting|coffee brewing|football|left wing play|right \
                wing forward|basketball|tennis|golf|running|marathon training|cycling|swimming|yoga|rock climbing|chess|board games|\
                speedrunning|minecraft|gardening|houseplants|bird watching|aquariums|dog training|cats|horse riding|fishing|hiking|\
                camping|photography|watercolor painting|calligraphy|origami|woodworking|knitting|sewing|home repair|interior design|\
                electric cars|motorcycles|trains|aviation|astronomy|physics|mathematics|history of Rome|archaeology|c++ std library|\
                python programming|android roms|linux|3d printing|guitar|piano|jazz|classical music|film reviews|anime|comedy
                """),
        Language(
            before: ["学习"], after: ["入门", "教程"],
            interests: """
                烹饪|烘焙|川菜|火锅|茶道|咖啡|足球|篮球|乒乓球|羽毛球|跑步|马拉松|骑行|游泳|瑜伽|攀岩|跆拳道|围棋|象棋|桌游|电子游戏|园艺|多肉植物|观鸟|水族|\
                训犬|猫咪|钓鱼|徒步|露营|摄影|水彩画|书法|折纸|木工|编织|缝纫|家居装修|室内设计|电动汽车|摩托车|高铁|航空|天文|物理|数学|中国历史|考古|编程|\
                人工智能|手机评测|一台独立显卡|3D打印|吉他|钢琴|古筝|爵士乐|京剧|电影解说|动漫|相声|主流产品|女性生活|实用性技巧|个性爱好|珍藏独家|职工会议
                """),
        Language(
            after: ["सीखें", "के टिप्स"],
            interests: """
                खाना पकाना|शाकाहारी व्यंजन|मिठाई|चाय|कॉफी|क्रिकेट|फुटबॉल|हॉकी|कबड्डी|बैडमिंटन|टेनिस|दौड़|साइकिल चलाना|तैराकी|योग|शतरंज|कैरम|वीडियो गेम|\
                बागवानी|गमले के पौधे|पक्षी|मछलीघर|कुत्ते|बिल्लियाँ|मछली पकड़ना|पर्वतारोहण|यात्रा|रेल यात्रा|फोटोग्राफी|चित्रकारी|रंगोली|मेहंदी|सिलाई|बुनाई|\
                कढ़ाई|घर की सजावट|कार समीक्षा|मोटरसाइकिल|ट्रैक्टर|खेती|डेयरी|मौसम|खगोल विज्ञान|भौतिकी|गणित|इतिहास|विज्ञान प्रयोग|कंप्यूटर|मोबाइल फोन|\
                प्रोग्रामिंग|गिटार|तबला|सितार|शास्त्रीय संगीत|फिल्मी गाने|फिल्म समीक्षा|हास्य|कविता|कहानियाँ|नृत्य
                """),
        Language(
            before: ["curso de"], after: ["para principiantes", "en casa"],
            interests: """
                cocina|repostería|paella|tapas|recetas veganas|vino|café|fútbol|baloncesto|tenis|pádel|ciclismo|natación|atletismo|senderismo|\
                escalada|yoga|ajedrez|juegos de mesa|videojuegos|jardinería|huerto urbano|plantas de interior|observación de aves|acuarios|\
                perros|gatos|caballos|pesca|acampada|fotografía|acuarela|cerámica|caligrafía|origami|carpintería|costura|ganchillo|bricolaje|\
                decoración|coches eléctricos|motos|trenes|aviación|astronomía|física|matemáticas|historia antigua|arqueología|programación|\
                robótica|impresión 3d|guitarra|piano|flamenco|salsa|música clásica|cine|series|humor|poesía|magia
                """),
        Language(
            before: ["apprendre"], after: ["pour débutants", "facile"],
            interests: """
                la cuisine|la pâtisserie|le pain au levain|recettes végétariennes|le vin|le fromage|le café|le football|le rugby|le tennis|la \
                pétanque|le cyclisme|la natation|la course à pied|la randonnée|l'escalade|le yoga|les échecs|jeux de société|jeux vidéo|le \
                jardinage|le potager|plantes d'intérieur|les oiseaux|l'aquariophilie|les chiens|les chats|l'équitation|la pêche|le camping|la \
                photographie|l'aquarelle|la poterie|la calligraphie|l'origami|la menuiserie|la couture|le tricot|le bricolage|la décoration|\
                voitures anciennes|la moto|les trains|l'aviation|l'astronomie|la physique|les mathématiques|l'histoire romaine|\
                l'archéologie|la programmation|la robotique|impression 3d|la guitare|le piano|le jazz|musique classique|le cinéma|bande \
                dessinée|l'humour|la poésie|le théâtre
                """),
        Language(
            before: ["تعلم"], after: ["للمبتدئين", "في المنزل"],
            interests: """
                الطبخ|الحلويات|المعجنات|القهوة|الشاي|وصفات سريعة|كرة القدم|كرة السلة|التنس|السباحة|الجري|ركوب الدراجات|اليوغا|تسلق الجبال|الشطرنج|ألعاب الفيديو|\
                ألعاب الطاولة|البستنة|نباتات الزينة|الطيور|أسماك الزينة|القطط|الكلاب|ركوب الخيل|صيد السمك|التخييم|السفر|التصوير|الرسم|الخط العربي|الخزف|\
                النجارة|الخياطة|التطريز|الحياكة|ديكور المنزل|السيارات|الدراجات النارية|القطارات|الطيران|علم الفلك|الفيزياء|الرياضيات|التاريخ القديم|علم الآثار|\
                البرمجة|الهواتف|الروبوتات|الطباعة ثلاثية الأبعاد|العود|البيانو|الموسيقى|الأفلام|المسلسلات|الكوميديا|الشعر|المسرح|الأزياء|التجارب العلمية|الزراعة
                """),
        Language(
            after: ["শেখা", "টিপস"],
            interests: """
                রান্না|মিষ্টি তৈরি|পিঠা|ইলিশ রান্না|চা|কফি|ক্রিকেট|ফুটবল|ব্যাডমিন্টন|টেনিস|সাঁতার|দৌড়|সাইকেল চালানো|যোগব্যায়াম|দাবা|ক্যারম|ভিডিও গেম|বাগান করা|ছাদ বাগান|\
                ঘরের গাছ|পাখি|অ্যাকুরিয়াম|কুকুর|বিড়াল|মাছ ধরা|পাহাড়ে হাঁটা|ভ্রমণ|ট্রেন ভ্রমণ|ফটোগ্রাফি|ছবি আঁকা|জলরং|আলপনা|সেলাই|বুনন|কাঠের কাজ|ঘর সাজানো|গাড়ি|মোটরসাইকেল|\
                বিমান|জ্যোতির্বিজ্ঞান|পদার্থবিজ্ঞান|গণিত|ইতিহাস|প্রত্নতত্ত্ব|প্রোগ্রামিং|মোবাইল ফোন|রোবট|গিটার|তবলা|রবীন্দ্রসংগীত|লোকগীতি|সিনেমা|নাটক|কৌতুক|কবিতা|গল্প|নাচ|কৃষি|মাছ চাষ
                """),
        Language(
            before: ["curso de"], after: ["para iniciantes", "em casa"],
            interests: """
                culinária|confeitaria|pão caseiro|lula grelhada|feijoada|receitas veganas|vinho|café|churrasco|futebol|basquete|tênis|vôlei|surfe|\
                ciclismo|natação|corrida|trilhas|escalada|ioga|xadrez|jogos de tabuleiro|videogames|jardinagem|horta|plantas|aves|aquários|\
                cães|gatos|cavalos|pesca|acampamento|fotografia|aquarela|cerâmica|caligrafia|origami|marcenaria|costura|crochê|bricolagem|\
                decoração|carros elétricos|motos|trens|aviação|astronomia|física|matemática|história antiga|arqueologia|programação|robótica|\
                impressão 3d|violão|piano|samba|bossa nova|música clássica|cinema|séries|humor|poesia
                """),
        Language(
            before: ["уроки:"], after: ["для начинающих", "дома"],
            interests: """
                кулинария|выпечка|пельмени|борщ|чай|кофе|футбол|хоккей|баскетбол|теннис|лыжи|фигурное катание|бег|велоспорт|плавание|йога|скалолазание|\
                шахматы|настольные игры|видеоигры|спидран|садоводство|огород|комнатные растения|птицы|аквариум|собаки|кошки|лошади|рыбалка|поход|\
                кемпинг|фотография|акварель|керамика|каллиграфия|оригами|столярное дело|шитьё|вязание|ремонт|дизайн интерьера|автомобили|мотоциклы|\
                поезда|авиация|астрономия|физика|математика|древний рим|археология|программирование|робототехника|3d печать|гитара|фортепиано|\
                джаз|балет|кино|сериалы|юмор|поэзия|театр|грибы
                """),
        Language(
            after: ["سیکھیں", "کے طریقے"],
            interests: """
                کھانا پکانا|بریانی|مٹھائی|چائے|کافی|کرکٹ|فٹ بال|ہاکی|بیڈمنٹن|ٹینس|کبڈی|تیراکی|دوڑ|سائیکلنگ|یوگا|شطرنج|لڈو|ویڈیو گیمز|باغبانی|گملوں کے پودے|پرندے|\
                ایکویریم|کتے|بلیاں|گھڑ سواری|مچھلی کا شکار|کوہ پیمائی|سفر|ریل کا سفر|فوٹوگرافی|مصوری|خطاطی|سلائی|کڑھائی|بنائی|لکڑی کا کام|گھر کی سجاوٹ|گاڑیاں|\
                موٹر سائیکل|ٹریکٹر|کھیتی باڑی|موسم|فلکیات|طبیعیات|ریاضی|قدیم تاریخ|آثار قدیمہ|کمپیوٹر|موبائل فون|پروگرامنگ|گٹار|طبلہ|ستار|غزل|فلمیں|ڈرامے|مزاح|شاعری|\
                کہانیاں|فیشن
                """),
        Language(
            before: ["belajar"], after: ["untuk pemula", "di rumah"],
            interests: """
                memasak|membuat kue|rendang|sambal|kopi|teh|sepak bola|bulu tangkis|bola basket|tenis|lari|maraton|bersepeda|berenang|panjat tebing|\
                mendaki gunung|catur|permainan papan|gim video|berkebun|tanaman hias|hidroponik|burung kicau|ikan hias|kucing|anjing|\
                memancing|berkemah|jalan jalan|fotografi|cat air|keramik|kaligrafi|origami|pertukangan|menjahit|merajut|membatik|desain \
                interior|mobil listrik|sepeda motor|kereta api|pesawat|astronomi|fisika|matematika|sejarah kuno|arkeologi|pemrograman|robot|\
                cetak 3d|gitar|piano|angklung|dangdut|musik klasik|film|komedi|puisi|tari
                """),
        Language(
            before: ["alles über"], after: ["für Anfänger", "zu Hause"],
            interests: """
                Kochen|Backen|Sauerteigbrot|vegane Rezepte|Wein|Kaffee|Fußball|Handball|Tennis|Radfahren|Schwimmen|Laufen|Wandern|Klettern|Yoga|\
                Schach|Brettspiele|Videospiele|Gartenarbeit|Hochbeet|Zimmerpflanzen|Vogelbeobachtung|Aquaristik|Hunde|Katzen|Reiten|Angeln|\
                Zelten|Fotografie|Aquarellmalerei|Töpfern|Kalligrafie|Origami|Holzarbeiten|Nähen|Stricken|Heimwerken|Einrichtung|\
                Elektroautos|Motorräder|Modelleisenbahn|Luftfahrt|Astronomie|Physik|Mathematik|römische Geschichte|Archäologie|Programmieren|\
                Robotik|3D-Druck|Gitarre|Klavier|Jazz|klassische Musik|Filmkritik|Serien|Kabarett|Gedichte|Theater|schwüle Sommertage|Krebse
                """),
    ]
}
