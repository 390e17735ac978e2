"""More French, as it is spoken and typed: whole turns of phrase, Africa and Canada, telephones without accents."""

from __future__ import annotations

FRENCH: dict[str, str] = {
    "LEAVE": "désengag*|sorte de là|me sorte|sortir de là|me dégager|me délister|délist*|démissionne du groupe|démissionne de la liste|laissez moi partir|ne plus me compter parmi|ne me comptez plus parmi|vais me désinscrire|vais me désabonner|vais me retirer|désincri*|désabone*|désabonement|desinscr*|dé inscri*|sortez nous|me faire sortir|faites moi sortir|rayez moi|"
    "me rayer|me radier|radiez moi|m ôter|ôtez moi|virez moi|me virer|partir du groupe|partir de la liste|"
    "m en aller du groupe|se retirer du groupe|me retirer du groupe|me retirer de la liste|me retire du groupe|"
    "me retire de la liste|dire au revoir au groupe|prendre congé du groupe|hors de la liste|hors du groupe|"
    "hors de cette liste|tirez moi de|sortir mon adresse|me désister|je me désiste|cesser d être membre|"
    "arrêter d être membre|cesser de faire partie|arrêter de faire partie|ne plus être des vôtres",
    "GO": "vais quitter|vais partir du groupe|vais sortir du groupe|quite le|quiter|kitter|kiter|kitt*",
    "REMOVE": "laissez de côté|laisser de côté|ôtez|enlevé|enlevés|ote|suppression|virez|virer|sortez|dégag*",
    "STOP": "laissez moi en dehors|assez entendu sur|assez entendu|assez lu|arret|arrêts|mettre un terme|mettez un terme|marre de|ras le bol|assez de|assez du|coupez|couper",
    "CANCEL": "lever|levez|mettre un terme|mettez un terme|mettre terme|clôtur*|terminer|terminez|clore mon|dénoncer mon",
    "JOIN": "me joindre|joindre le groupe|intégrer le groupe|intégrer la liste|m intégrer|intégrez moi|mettez moi sur|mets moi sur|mettre mon nom sur|"
    "mettez mon nom sur|mettez moi dans|faites moi entrer|prendre part au groupe|acceptez moi|m accepter|demande d adhésion|demande d inscription|"
    "m inscrir*|minscrire|m abonner|mabonner|rejoin*|rejoindr*|comptez moi parmi|me compter parmi|devenir membres|m enregistrer|enregistrez moi",
    "BELONG": "être ajouté*|être inscrit*|être des vôtres|en être aussi|être dans|figurer|être abonné*|être membres|suis membre|être sur cette|"
    "faisons partie",
    "MEMBERSHIP": "adhésions|affiliation|abonement|abonnemt",
    "JOINED": "enregistré|enregistrée|affilié|affiliée",
    "PAUSE": "rien pour le moment|rien pour l instant|plus rien pour le moment|rien avant|rien jusqu|rien jusqu au|plus rien jusqu|plus rien avant|pauser|pausez|mettre sur pause|mettez sur pause|mise en pause|un break|faire un break|faire une pause|"
    "stand by|standby|en veille|mettre en veille|mettez en veille|mise en veille|souffler un peu|geler mes|gelez mes",
    "SPAN": "rien pour le moment|rien pour l instant|plus rien pour le moment|pour le moment|pour l instant|momentanément|temporairement|provisoirement|quelque temps|un certain temps|"
    "pour un temps|quelques jours|quelques semaines|quelques mois|en attendant|un petit moment|un bout de temps|"
    "ces jours ci|ces temps ci|à titre temporaire",
    "AWAY": "en mission|en voyage|absence|absences|congé maternité|congé de maternité|congé maladie|arrêt maladie|"
    "arrêt de travail|hospitalis*|en stage|hors du bureau|sans connexion|sans internet|congé parental|conges",
    "RESUME": "rétabli*|redémarr*|remettez mes|remettre mes|remettez en marche|remettre en marche|remettre en route|"
    "remettez en route|rallum*|rebranch*|renvoyez moi les mails|renvoyez moi les messages|suis rentré*|je suis revenu*|me revoilà|"
    "me revoici|fin de ma pause|fin de la pause|fin de pause|fin de mes vacances|lever la pause|levez la pause|enlevez la pause|"
    "enlever la pause|retirez la pause|retirer la pause|sortir de pause|sortez moi de pause|"
    "sortez moi de la pause|vacances sont finies|vacances sont terminées|vacances finies|"
    "vacances terminées|congés sont finis|congés sont terminés|congé est terminé|congé est fini|pause est terminée|"
    "pause est finie|pause terminée|pause finie|reconnect*|recommencez|recommencer|réabonn*|déblo*quer mes",
    "AGAIN": "remett*|encore une fois|une nouvelle fois|comme avant",
    "EACH": "dès qu il sort|dès qu ils sortent|dès leur parution|dès leur publication|à l instant où|au moment où ils arrivent|dès qu il arrive|dès qu ils arrivent|dès leur arrivée|dès qu ils sont|en temps réel|un à un|une à une|à l unité|au coup par coup|"
    "message à message|tous vos mails|tous vos messages|toutes les publications|chaque publication|instantan*|les uns après les autres|chaque mel|"
    "chaque contribution|aussitôt publié*|sans regroupement|tous les posts|messages séparés|mails séparés|sans attendre",
    "DAILY": "chaque soir|chaque matin|tous les soirs|tous les matins|une fois le jour|à la journée|fin de journée|ts les jours|tlj|par jr",
    "WEEKLY": "par sem|à la semaine|ttes les semaines|une fois la semaine|chaque fin de semaine|tous les huit jours",
    "MONTHLY": "au mois|une fois le mois|chaque fin de mois|ts les mois",
    "DIGEST": "regroup*|condensé*|compilation|compilé*|un seul mail|un seul courriel|un seul message|un seul email|un seul courrier|"
    "un seul e mail|un unique mail|un unique message|en bloc|en paquet|rassembl*|groupement",
    "SUMMARY": "bulletin|resumes",
    "LIGHT": "le texte des messages|le texte des mails|rien que les mots|que les mots|alléger|allégez|juste le texte|juste du texte|seul le texte|texte uniquement|texte seulement|seulement du texte|que du texte|"
    "uniquement du texte|mode texte|en texte|version texte|format texte|texte simple|bas débit|faible débit|version light|light|"
    "mode économique|économie de données|rien que le texte|simple texte",
    "FULL": "en entier|au complet|avec tout|tout le contenu|format normal|html|version normale",
    "ATTACHMENT": "pièces jointe|piece jointes|pjs|fichier joint|fichiers|fichier|documents joints|documents attachés|document joint|"
    "annexe|annexes|vidéos|images jointes|documents|pieces attachées|attachements|fichiers attachés|pièces attachées",
    "LANGUAGE": "langues",
    "ADDRESS": "adresse de messagerie|adresse courriel|coordonnées|adres|boîte mail|boîte aux lettres|boite mail",
    "CHANGE": "ramenez|ramener|réduisez|réduire|utilisez|utiliser|utilise|écrivez plutôt à|transfér*|redirig*|basculez|chgt|mise à jour|corrig*",
    "NEW": "nouvo|nouveaux|nouvelles",
    "STATUS": "comment est mon|quel est mon|où en est mon|où en est ma|suis je en pause|suis je encore en pause|ma pause court|comment suis je configuré*|qu est ce que j ai choisi|j ai choisi quoi|m avez vous encore|suis je toujours en pause|où en suis je|suis je bien|est ce que je suis inscrit*|est ce que je suis abonné*|est ce que je suis membre|"
    "est ce que je suis bien|est ce que je suis encore|est ce que je suis toujours|je suis toujours inscrit*|je suis encore inscrit*|"
    "je suis encore membre|je suis toujours membre|je suis bien inscrit*|je suis bien abonné*|comment je suis inscrit*|"
    "comment suis je inscrit*|comment suis je enregistré*|comment je suis enregistré*|suis je dans|suis je sur|suis je membre|"
    "fais je partie|fais je toujours partie|fais je encore partie|est ce que je fais partie|est ce que je fais toujours partie|"
    "ma configuration|mon profil|mes options|ma situation|mes choix|mes parametres|mon réglage|configuration",
    "WHO": "nous sommes combien|combien êtes vous|combien sommes nous|qui d autre|qui sont|qui êtes|quelles personnes|qui compose*|composition du groupe|qui y a t il|"
    "combien de membres|combien de personnes|combien on est|on est combien|connaître les|qui participe|qui lit|qui reçoit",
    "MEMBERS": "membre du groupe|participantes|inscrits",
    "HELP": "quelles sont mes possibilités|quelles options|que dois je vous écrire|que dois je écrire|ne sais pas comment changer|quelles sont les possibilités|que puis je faire|qu est ce que je peux faire|comment ça marche|comment ca marche|comment utiliser|"
    "comment s en servir|comment m en servir|guide|tutoriel|notice|explications|expliquez|explique|m expliquer|besoin d aide|"
    "je suis perdu|je suis perdue|je ne comprends pas|je comprends rien|je ne comprends rien|un coup de main|infos|"
    "comment fonctionne|comment changer|comment modifier|marche à suivre",
    "GROUP": "cette liste|votre liste|listes|mailing liste|mailing list|mailing|lettre d information|infolettre|plateforme|réseau|bulletin|"
    "groupe whatsapp|canal|d groupe|liste d envoi|liste de distribution|liste de mails|liste d emails",
    "MAIL": "plus de mails|plus de messages|plus de courriels|pu de mails|mels|mèls|mél|mél.|msg|msgs|mesages|mssg|emailing|infos du groupe|courier|couriers|mailles|correspondances|"
    "publications|spam|spams|pourriels|publicités|bavardages|alertes|infos|contributions",
    "POST": "publications|contribution|post|billet",
    "ME": "nous",
    "MY": "nos|notre",
    "NAME": "noms|prénom",
    "I": "jve|jv|jveux|jvx|jvoudrais|jaimerais|jai|jsuis|chuis|aimerai|voudrai|souhaiterai|me permets",
    "RECEIVE": "recevoire|recoi|recevoire|reception|recu|parvien*|arriv*",
    "SEND": "envoyez plus|envoie plus|renvoy*|renvoi*|transmett*|parvenir|fournir|fournissez|communiqu*|envoie|donnez|postez|faites suivre|mexpédier|inond*|bombard*|spamm*|"
    "écrive",
    "WANT": "veu plu|veux plu|ferait mon bonheur|me conviendrait|me convient|serait mieux|serait préférable|serait bien|opte|opter|choisis|choisir|ce serait mieux|m irait|ça irait|j opte|me plairait|veux plus|souhaite plus|désire plus|voudrais plus|veu plus|n en veux plus|jve|jveux|jvx|jvoudrais|jaimerais|tiens à|tient à|voudrai|"
    "souhaiterai|prière de|prière|désireux|désireuse|envie de|il me faut|il me faudrait|vouloir|aimerai|demande|sollicit*|veu|svp de|prie de|"
    "vous prie|décidé|décide",
    "NOT": "pas de|pas d|ne me suffit pas|me suffit pas|ne suffit pas|suffit pas|ne me suffit plus|pas suffisant|rien|aucun|aucune|nul|pa",
    "NOMORE": "veu plu|veux plu|recevoir plu|ne plus rien|veux plus|souhaite plus|désire plus|voudrais plus|envoyez plus|envoie plus|plus aucun|plus jamais|plus de mails|"
    "plus de messages|plus de courriels|n en veux plus|plus du tout|veu plus|pu de mails",
    "BORED": "ne m intéresse plus|ne m intéressent plus|ne m intéresse pas|ne m intéressent pas|m intéresse plus|m intéressent plus|"
    "m intéresse pas|m intéressent pas|ne me concerne plus|ne me concerne pas|ne me concernent plus|ne me concernent pas|"
    "me concerne plus|me concerne pas|ne suis plus intéressé*|suis plus intéressé*|ne suis pas intéressé*|suis pas intéressé*|"
    "plus intéressé*|pas intéressé*|n ai plus besoin|ai plus besoin|ne me sert plus|ne me servent plus|ne me sert à rien|ne me servent à rien|"
    "plus d intérêt|aucun intérêt|ne m est plus utile|ne me sont plus utiles|plus besoin|pas besoin",
    "NOTENOUGH": "ne me suffit pas|me suffit pas|ne suffit pas|suffit pas|ne me suffit plus|pas suffisant",
    "TOO": "aussi|également|en plus du|en plus des",
    "SITE": "de la vue|de la vue du public|du site|de la page|du web|des archives|de l archive|d internet|de internet|du site web|en ligne",
    "IT": "ça|cela|ceci",
    "NOTHING": "s est effac*|y a t il|je reprendrai|reprendrai ensuite|reprendrai après|dernière demande|dernière fois|pas plus souvent|ne m en sors pas|m en sors pas|m en sors plus|ne m en sors plus|sais pas comment je suis arrivé*|ne sais pas comment je suis arrivé*|à la place de|à la place des|quelle pause|me suffit|me suffira|suffit|ai effac*|l ai effac*|ai supprim*|ai perdu|ai jeté|de ma part|pour ma part|pas tout le temps|"
    "quand je serai de retour|quand je reviendrai|quand je voudrai reprendre|à mon retour|dès mon retour|par erreur|par mégarde|par inadvertance|"
    "ou non|ou pas|et pas ici|et non ici|pas ici|rien de personnel|pas le temps|plus le temps|n ai pas le temps|n ai plus le temps|manque de temps|"
    "la semaine dernière|la semaine passée|la semaine prochaine|cette semaine|ne travaille plus|travaille plus|n y travaille plus|pourquoi pas|"
    "pas de souci|merci d avance|si possible|si c est possible|si cela est possible|s il te plait|si vous le pouvez|si vous voulez bien|"
    "si ce n est pas trop demander|le plus rapidement possible|sans délai|sans tarder|dans les meilleurs délais|reçu merci|bien reçu|"
    "à partir d aujourd hui|à compter d aujourd hui|à compter de ce jour|dès aujourd hui|à partir de maintenant|dès maintenant|plus que suffisant|"
    "c est suffisant|ça suffit|de votre compréhension|l intérêt que|avec intérêt|trop de mails|trop de messages|trop de courriels|"
    "changé d adresse de travail|en cours de route|en cours|tout de suite|tout d abord|avant tout|bonne continuation|bon courage|bonne chance",
    "MAYBE": "je me demande|peut etre que|il se peut|sans doute|si jamais|éventuel|j y pense|on verra",
    "PROBLEM": "n ai rien reçu|rien reçu|ne reçois rien|ne reçois plus rien|reçois plus rien|reçois rien|plus rien reçu|m arrive plus rien|ne marche plus|ne fonctionne plus|n arrivent pas|n arrivent plus|ne peut pas|ne peut plus|pas moyen|coincé|buggu*|plante",
    "WITHOUT": "hors|pas de|pas d|zéro",
    "GET": "relire|relis|revoir|retrouver|consulter|ouvrir|récupérer",
    "THREAD": "tout ce qui s est dit|tout ce qui a été dit|tout ce qui a été répondu|toute la suite|réponses|échange|échanges|discussions|débat|suites|topic|fil de messages|file de discussion",
    "LAST": "plus récents|plus récentes|plus récent|récents|récentes|tout derniers",
    "SEARCH": "y a t il quelque chose sur|y a t il des messages sur|qu a t on dit sur|qu a t on écrit sur|ce qui a été dit sur|"
    "ce qui a été écrit sur|ce qu on a dit sur|ce qu on a écrit sur|ce qui s est dit sur|messages qui parlent de|messages parlant de|retrouver les messages sur",
    "HIDE": "cachez|dépubli*|occult*|invisible|faire disparaître|faites disparaître",
    "MUTE": "épargn*|mute|silence|faire taire|faites taire|épargnez moi",
    "UNMUTE": "avais coupé|avais mis en sourdine|avais ignoré|avais rendu muet|les avais coupées|unmute|remettre le son|resuivre|de nouveau suivre|suivre de nouveau|ne plus ignorer|plus ignorer|suivre encore|resuivez",
    "DATA": "données à caractère personnel|données perso|informations personnelles|informations sur moi|informations me concernant|"
    "infos me concernant|infos sur moi|toutes mes données|avez sur moi|savez sur moi|savez de moi|détenez sur moi|"
    "conservez sur moi|gardez sur moi|enregistré sur moi|tout ce que vous avez sur moi|tout ce que vous savez sur moi|"
    "tout ce que vous savez de moi|tout ce que vous avez enregistré sur moi|tout ce que vous gardez sur moi|"
    "ce que vous avez sur moi|ce que vous savez de moi|mes infos",
    "ERASE": "purg*|détrui*|droit à l effacement|effacement|faire effacer|anéant*",
    "ACCOUNT": "tout me concernant|toutes mes traces|toute trace de moi|toutes traces|tout ce qui me regarde|mes traces",
    "RECEIPT": "avis de réception|confirmation de réception|confirmation d envoi|confirmation de publication|confirmations|"
    "confirmation quand|une confirmation quand|une confirmation à chaque|d une confirmation à chaque|une confirmation lorsque|"
    "une confirmation chaque fois|me confirmer que mes|ar",
    "COPY": "propres messages|propres mails|propres courriels|propres envois|propres publications|propres e mails|"
    "double de mes messages|mes messages en copie|messages que j envoie|mails que j envoie|messages que j écris|propres posts",
    "UNTIL": "rien avant|rien jusqu|rien jusqu au|plus rien jusqu|plus rien avant|de retour le|de retour au|de retour à partir|je reviens le|je rentre le|reviendrai le|rentrerai le|je reprends le|avant le|rien avant|d ici|jusqu a|jusqua|jusk|jusko|jusqu en|jusqu à ce que|avant le",
    "PENDING": "en attente de validation|messages retenus|retenus|file d attente|quoi en attente|à valider|à approuver|en souffrance|qui attendent|"
    "attendent|à modérer|non traités",
    "ADD": "rajout*|insér*|mettre sur la liste|mettez sur la liste",
    "STAY": "rester dans|rester membre|rester sur|rester abonné*|rester inscrit*|continuer à faire partie",
    "FORGOT": "me rappelle plus|me souviens plus|ne me rappelle plus|ne me souviens plus|ai oublié|ne sais plus|sais plus",
    "HOLD": "gardez|garder|retenez|retenir|conservez",
    "NOW": "maintenant|désormais|dorénavant|à partir de maintenant",
    "MISSED": "n ai jamais reçu|jamais reçu|jamais arrivé*|n est jamais arrivé*|ai raté|ai manqué|n ai pas reçu|ne retrouve plus|ne trouve plus|ne trouve pas|ai perdu|pas reçu",
    "RESEND": "renvoy*|renvoi*",
    "FROM": "pas d|pas de",
    "IF": "dès que mon|dès que ma|dès que le|dès que la|dès que j|dès que je|quand la|quand mon|quand le|quand ma|quand l|lorsque|une fois que|"
    "une fois la|une fois le|une fois mon|après la|après le|après mon|si les|si ça|si cela|tant que",
    "WAIT": "mais pas encore|mais plus tard",
    "APPROVE": "approuv*|accept*|valid*|laissez passer",
    "DECLINE": "rejet*|refus*",
    "DISCARD": "jette|mettre à la poubelle|mettez à la poubelle|à la poubelle",
    "COORDINATOR": "animateur|animatrice|administrateur|administratrice|responsable",
    "INVITE": "convier|conviez",
    "TRUST": "faire confiance à|faites confiance à|sans modération",
    "BAN": "interdire|interdisez|banir",
    "UNBAN": "lever le bannissement|levez le bannissement|lever le blocage",
    "REPORT": "rapport mensuel|rapports|chiffres",
    "LOCK": "clôturez le fil|fermez le",
    "MERGE": "regrouper les fils|joindre les fils|réunissez",
    "UNDO": "revenez en arrière|défaites|défaire",
    "HOW": "que dois je vous écrire|que dois je écrire",
    "ON": "rallumez|rebranchez",
    "OTHERS": "voisin|voisine|voisins|chef|patron|patronne|fils|fille|frère|sœur",
    "FILLER": "approbation validation nécessaire autres autre savoir quel quelle quels quelles fois stp svp mrc mci dsl désolé désolée pardon excusez excuse bsr bjr slt cc coucou voilà vraiment trop ça cela ceci ont peux peut "
    "savez sais savoir mr mme dr monde part grâce gentil gentille gentillesse aimable amabilité obligeance urgent urgence "
    "urgemment rapidement vite quoi nous on notre nos lors comme quand depuis qui dont car chez semaine semaines jour jours "
    "mois année juste ci là hein bah ben bref merki afin cause ainsi messieurs dames mesdames direction pouvoir veuiller "
    "recevez recevoir agréer expression sentiments salutation meilleures meilleurs voeux respectueusement sincèrement "
    "désormais dorénavant simplement directement vos ses vs ns pr ds dc ke ki koi ms av bcp bn bonsoir tres tjs tjrs jms "
    "suite présente présent honneur objet ref mail-ci celui celle ceux elles-mêmes personnellement numéro num n°",
}
"""meaning -> words, of French only; FILLER as single words"""
