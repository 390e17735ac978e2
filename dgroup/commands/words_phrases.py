"""Phrases that mean more than their words, or less: conditions, days to come, courtesy; and more English.

In the form of `words`. A phrase wins over its words and over shorter phrases.
"""

from __future__ import annotations

from dgroup.commands.words import Table

_SECOND = {
    "en": "other address|second address|another address|additional address|other email|second email|another email|other e mail|other email address|second email address|another email address|other mail address",
    "fr": "autre adresse|deuxième adresse|seconde adresse|adresse supplémentaire|autre adresse mail|autre adresse e mail|autre adresse email",
    "es": "otra dirección|dirección adicional|otro correo|segundo correo|otra dirección de correo",
    "pt": "outro endereço|segundo endereço|endereço adicional|outro email|segundo email|outro e mail|outro endereço de email",
}

TURNS: Table = {
    # what is only asked for when something else has come true
    "IF": {
        "es": "si no|si no hay|si siguen|si sigue|si no es|si es|si hay|si el|si la|si los|si las|si van|si continúan|"
        "si puedo|si me|si alguien|siempre y cuando|con tal de que",
        "pt": "se não|se for|se o|se a|se os|se as|se continuar*|se houver|se tiver|se me|se alguém|se eu",
        "en": "as long as|provided that|otherwise|or else",
        "fr": "sinon|à condition|pourvu que",
    },
    "LATER": {
        "en": "after the|after our|after my|after this|after that|once the|once my|once our|once i|once we|once this|"
        "as soon as the|as soon as my|as soon as i|when the|when my|when our|when i m|when i am|not before|"
        "next month i|next year i|some time later|will leave|will unsubscribe|ll unsubscribe|in the future",
        "fr": "après la|après le|après les|après ma|après mon|après l|après notre|une fois que|une fois la|une fois le|"
        "une fois mon|une fois ma|dès que|quand le|quand la|quand mon|quand ma|quand j|quand je|lorsque|pas avant|"
        "le moment venu",
        "es": "después de la|después del|después de mi|después de este|una vez que|una vez terminad*|en cuanto|"
        "cuando termine*|cuando acabe*|cuando el|cuando la|cuando mi|no antes|más adelante|en su momento",
        "pt": "depois da|depois do|depois de|quando o|quando a|quando terminar|quando acabar|quando eu|logo que|após a|"
        "após o|não antes|mais adiante|assim que o|assim que a|assim que eu|assim que terminar|assim que acabar",
        "de": "nach der|nach dem|sobald|erst wenn|nicht vor",
        "it": "dopo la|dopo il|appena|non prima",
        "nl": "na de|na het|zodra|niet voor",
    },
    "NOTHING": {
        "en": "drop me a line|please find|find attached|find the attached|leave a line|if possible|if you can|if you could|if you please|if you would|if you will|if you don t mind|if i may|"
        "if it is possible|if it s possible|if you do not mind|if that s ok|if that is ok|when you have a moment|"
        "when you have time|when you can|leave me on|keep me on|leave my name on|leave everything|leave alone|"
        "for the annual report|for the report|for our report|for my report|for a report|for the yearly report|"
        "data bundle|my data bundle|my data plan|data plan|mobile data|my mobile data|data costs|"
        "i deleted it|deleted it by mistake|deleted it|erased it|i lost it|take part in this discussion|"
        "nothing personal|on leave from work|so far|my mailbox|my inbox|my phone|last week|last month|last year|"
        "at the moment|every now and then|long ago|all the time|all the best|"
        "thank you for your work|as soon as you can|in the meantime",
        "fr": "si possible|si c est possible|si vous pouvez|si vous le pouvez|si vous voulez bien|si cela est possible|"
        "laissez moi sur|gardez moi sur|pour le rapport|pour un rapport|pour notre rapport|pour le rapport annuel|"
        "je l ai effacé|je l ai supprimé|effacé par erreur|supprimé par erreur|forfait data|mes données mobiles|"
        "dès que vous pouvez|dès que vous pourrez|quand vous pourrez|quand vous pouvez|quand vous aurez le temps|"
        "rien de personnel|y a t il|pour le moment venu|la semaine prochaine|la semaine dernière",
        "es": "baja presión|baja calidad|baja tensión|baja producción|baja demanda|baja velocidad|baja cobertura|baja temperatura|qué pausa|si es posible|si pueden|si puede|si fuera posible|si no es molestia|si no les importa|si no le importa|"
        "si son tan amables|si fueran tan amables|déjenme en|manténganme en|para el informe|para un informe|"
        "para nuestro informe|para el informe anual|se me borró|lo borré|la borré|borré sin querer|borré por error|"
        "mis datos móviles|plan de datos|paquete de datos|en cuanto puedan|en cuanto sea posible|en cuanto pueda|"
        "cuando puedan|cuando pueda|nada personal|la semana que viene|la semana pasada|la próxima semana",
        "pt": "que pausa|se possível|se for possível|se puderem|se puder|se não se importam|se faz favor|se fizer favor|"
        "deixem me na|mantenham me na|para o relatório|para um relatório|para o nosso relatório|apaguei sem querer|"
        "apaguei por engano|apaguei a|apaguei o|meus dados móveis|pacote de dados|plano de dados|dados móveis|"
        "assim que puderem|assim que possível|assim que puder|quando puderem|quando puder|nada pessoal|"
        "nada de pessoal|a semana que vem|na semana que vem|a semana passada|na semana passada",
    },
    # --- a second address: its words say both what it is and that it is one more
    "SECOND": _SECOND,
    "ADDRESS": _SECOND,
    "ALSO_FROM": {
        "en": "write from|write also from|also write from|also writing from|write in from|also post from|post also from|"
        "to post from|also send from|also use",
        "fr": "écris aussi depuis|écris aussi de|écris aussi d|écris aussi avec|écris également depuis|écris également de|écrire aussi depuis|"
        "écrire aussi de|écrire aussi avec|écrire également depuis|écrire depuis|écrire aussi à partir",
        "es": "también escribo desde|también escribo de|escribo también desde|escribo también de|escribir también desde|"
        "también escribir desde|escribir desde|también desde",
        "pt": "também escrevo de|também escrevo a partir|escrevo também de|escrevo também do|escrevo também a partir|"
        "escrever também de|escrever também do|escrever também a partir|também escrever de|também de",
    },
    "FORGET_ADDRESS": {
        "en": "forget address|forget the address|forget my address|forget my other address|forget my second address|"
        "no longer write from",
        "fr": "oublier l adresse|oubliez l adresse|oublier mon adresse|oubliez mon adresse|oubliez mon autre adresse|"
        "oublier mon autre adresse|n écris plus depuis|n écris plus de",
        "es": "olvidar la dirección|olviden la dirección|olvide la dirección|olvidar mi dirección|olviden mi otra dirección|"
        "olvidar mi otra dirección|ya no escribo desde",
        "pt": "esquecer o endereço|esqueçam o endereço|esqueça o endereço|esquecer o meu endereço|"
        "esqueçam o meu outro endereço|esquecer o meu outro endereço|já não escrevo de|não escrevo mais de",
    },
    # --- more English
    "LEAVE": {
        "en": "let me go|had my fill|no need to write|address taken off|name taken off|stop writing|cease all|want off|no longer send me|no longer sent me|take my name off|take my email off|take this address off|take this address out|want out|i m out|i am out|get off|"
        "get me off|be taken off|been taken off|be removed from|cut me off|sign out|pull out of|be out of this|bow out|"
        "drop out|step away|part ways|say goodbye|scratch me|"
        "strike me off|cross me off|"
        "rmove me|end my membership|discontinue my|get rid of my|get rid of me|remov me|unsuscrib*|"
        "unsubcrib*|unsubscrib|unsibscrib*|unsubscr*|no longer part of|not be part of|not part of",
        "pt": "desligamento|desligar me|me desligar|desliguem me|o meu desligamento",
        "de": "aus dem verteiler|aus der liste|von der liste|aus dem mailverteiler|aus der gruppe",
        "es": "no seguir en",
    },
    "PAUSE": {
        "en": "hold everything|mails rest|mails wait|mail wait|nothing until|no post for|keep my mail back|keep everything|interrupt*|take a break from|need a break|a break from|have a break|put me on hold|keep the mails back|"
        "keep my mail back|hold back my|hold my mail|hold my mails|hold my messages|hold the mails|freeze my|"
        "mail on hold",
    },
    "RESUME": {
        "en": "let the mails roll|start my mails|start my mail|mails on|end my break|un pause|un pausing|let the mails come|let them come again|start sending|i m back|i am back now|end my pause|"
        "end the pause|end of my pause|lift the pause|take me off pause|take me off hold|back in the office|"
        "ready to receive|back to work",
        "fr": "fin de ma pause|fin de la pause|sortez moi de pause|enlevez la pause|levez la pause",
        "es": "fin de la pausa|quítenme la pausa|quitar la pausa|sáquenme de la pausa|terminen la pausa",
        "pt": "fim da pausa|tirem me da pausa|tirar a pausa|acabem a pausa|terminem a pausa",
    },
    "EACH": {
        "en": "individual mails|individual emails|separately|one at a time|every one of|as soon as they are|in real time|the moment they|"
        "when they come|as it comes|the normal way|mail by mail",
        "pt": "assim que sair|assim que saem|à medida que|quando sair",
        "es": "según vayan saliendo|a medida que|apenas salga|en cuanto salga",
        "fr": "dès qu il sort|dès leur parution|au fil de l eau",
    },
    "DAILY": {"en": "each evening|every evening|each morning|every morning|a single daily|day digest|1 a day|1 mail a day|at the end of the day|nightly"},
    "WEEKLY": {"en": "every friday|every monday|each friday|each monday|week digest|on fridays|on mondays|at the end of the week|1 a week|weekly one|once weekly"},
    "MONTHLY": {"en": "month digest|at the end of the month|once monthly|1 a month|every four weeks|monthly one"},
    "LIGHT": {"en": "words only|only words|only the words|just the words|no files|no pictures|no photos|leave the attachments out|attachments out|"
              "leave out the attachments|without the attachments|without pictures|without files|text version|small version|strip the attachments"},
    "FULL": {"en": "complete version|full version|complete mails|whole mails|whole messages|everything included",
             "es": "versión completa", "fr": "version complète", "pt": "versão completa"},
    "STATUS": {
        "en": "is my pause|how am i|what have i chosen|have me on|still have me|am i still on|am i on the list|am i on your list|am i registered|i m registered|i am registered|whether i m on|whether i am on|"
        "if i am on|if i m on|am i in the group|am i part of|do i get the|what i chose|what did i choose|how i m set|how am i set|"
        "my registration|my current|what mode|how i get|am i getting|am i even|my details",
        "es": "cómo está mi|cómo estoy registrad*|cómo estoy inscrit*|sigo inscrit*|sigo siendo miembro|sigo en la lista|"
        "todavía estoy|estoy en la lista|estoy en el grupo|qué elegí|lo que elegí|recibo el diario o",
        "fr": "suis je sur|suis je membre|suis je bien|est ce que je suis|ce que j avais choisi|comment je suis inscrit*|"
        "comment suis je|je suis inscrit comment",
        "pt": "ainda sou membro|ainda estou|estou na lista|estou no grupo|como estou regist*|como estou inscrit*|como está a minha|"
        "o que escolhi|minha configuração|continuo inscrit*|continuo na lista",
    },
    "WHO": {
        "en": "which people|names of everyone|the names of|who are they|who else|how many members|how many people|who is in|who is on|who are the|"
        "who takes part|who reads",
    },
    "HELP": {
        "en": "what can i do|a guide|guide to|user guide|i m lost|i am lost|please explain|explain how|explain it to me|explain to me|"
        "how things work|how it all works|which commands|what commands|list of commands|the rules",
        "es": "qué puedo hacer|estoy perdid*|explíquenme|me explica*|una guía|guía",
        "fr": "que puis je faire|je suis perdu*|expliquez moi|un guide|guide",
        "pt": "o que posso fazer|estou perdid*|expliquem me|me explica*|um guia|guia",
    },
    "DATA": {
        "en": "you hold about|hold about me|you have about me|you have on me|hold on me|have on me|know about me|stored about me|"
        "keep about me|keep on me|everything you hold|information you hold|what you hold|what you store|what you keep|"
        "saved about me|collected about me|have stored|ve stored|what is stored|everything about me",
        "fr": "que vous avez sur moi|savez sur moi|conservez sur moi|gardez sur moi|sur ma personne|stocké sur moi",
        "es": "tienen sobre mí|tienen de mí|guardan de mí|guardan sobre mí|saben de mí|registrado de mí|sobre mi persona",
        "pt": "têm sobre mim|guardam sobre mim|sabem sobre mim|registado sobre mim|registrado sobre mim|sobre a minha pessoa",
    },
    "ACCOUNT": {
        "en": "every trace of me|all traces of me|everything i wrote|whatever you have",
        "es": "toda la información sobre mi persona|toda mi información",
        "pt": "toda a informação sobre a minha pessoa|toda a minha informação",
        "fr": "toutes mes informations|toute trace de moi",
    },
    "ERASE": {
        "en": "be forgotten|forget everything|destroy my|destroy all",
        "es": "supresión|supriman|suprimir",
        "pt": "eliminação|eliminar os meus dados",
        "fr": "suppression de toutes",
    },
    "RECEIPT": {
        "en": "those letters|these letters|your post is out|confirmation when|confirmation each time|confirmation whenever|posting confirmation*|confirm each|confirm every|"
        "confirmation of my|confirmation for my|confirmation that my|confirmations|a note when my|tell me when my|"
        "let me know when my|whenever i post|each time i post|every time i post|when i post",
        "fr": "ces lettres|confirmation quand|confirmation chaque fois|confirmation à chaque|confirmation de mes|confirmation lorsque|"
        "confirmations|me le confirmer|chaque fois que j écris|quand j écris au groupe",
        "es": "esas cartas|estas cartas|confirmación cuando|confirmación por cada|confirmación de mis|confirmaciones|me lo podrían confirmar|"
        "confirmarme|cada vez que escribo|cuando mi mensaje se publi*",
        "pt": "essas cartas|estas cartas|confirmação quando|confirmação a cada|confirmação das minhas|confirmações|confirmar mo|avisos de receção|"
        "aviso de receção|aviso de recebimento|cada vez que escrevo",
    },
    "COPY": {
        "en": "my own mail|my own post|my own emails|own messages|own mails|own posts|what i wrote myself|what i write myself|"
        "see my own|my own message",
        "fr": "mes propres courriels|propres messages|propre message|mes propres e mails",
        "es": "mis propios mails|propios correos|propios mensajes|mi propio mensaje",
        "pt": "meus próprios emails|próprios emails|minha própria mensagem|próprio email|meus próprios e mails",
    },
    "SUMMARY": {"en": "monday summary|weekly letter", "fr": "résumé du lundi|lettre hebdomadaire", "es": "resumen del lunes|carta semanal",
                "pt": "resumo da segunda|carta semanal"},
    "WANT": {
        "en": "is enough|is plenty|is all i|would do|will do|be happy with|happy with|happier with|would be enough|be fine with|suits me|would suit me",
        "fr": "me suffit|suffit|suffirait|me convient|me suffirait", "es": "es suficiente|me basta|me alcanza|más que suficiente|me sirve|me conviene",
        "pt": "me chega|basta me|chega me|é suficiente|mais que suficiente|me basta|me serve|já me chega",
    },
    "ALSO": {"en": "too|also|as well", "fr": "aussi|également", "es": "también", "pt": "também"},
    "CHANGE": {"en": "move my|from now on|rather than here|in future"},
    "ATTACHMENT": {"en": "photographs|documents"},
    "FILLER": {"fr": "peux|peut|prends|enfin", "en": "mr|mrs|dr"},
    "SPAN": {
        "en": "for a while|for some time|temporarily|for now|for the moment|for the time being",
        "fr": "pendant quelque temps|quelque temps|un certain temps|temporairement|pour le moment|pour l instant|en attendant|momentanément|provisoirement",
        "es": "por un tiempo|un tiempo|temporalmente|por ahora|por el momento|de momento|mientras tanto|provisionalmente",
        "pt": "durante algum tempo|por algum tempo|algum tempo|um tempo|temporariamente|por enquanto|por agora|de momento|entretanto|provisoriamente",
    },
    "AWAY": {
        "en": "my absence|while i m away|while i am away|off sick|on mission|on field work|in the field|travelling|traveling|on a trip|abroad",
        "fr": "congé maladie|congé maternité|le temps de mon absence|pendant mon absence|mon absence|en mission|sur le terrain|en voyage",
        "es": "durante mi ausencia|mi ausencia|mientras estoy fuera|en el campo|de misión",
        "pt": "durante a minha ausência|minha ausência|enquanto estou fora|em missão|no campo",
    },
    "STAY": {
        "en": "stay a member|remain a member|stay in the group|stay on the list|stay in this group|remain in the group|keep my place|keep my membership|"
        "don t want to leave|do not want to leave|not leaving|without leaving|still be a member|still a member",
        "fr": "rester membre|reste membre|rester dans|rester sur|reste dans|sans quitter|garder ma place|ne veux pas quitter|veux pas quitter|ne pas quitter",
        "es": "seguir siendo miembro|seguir en el grupo|quedarme en|sin salir|no quiero salir|no salir|seguir siendo parte|sigo siendo miembro",
        "pt": "continuar membro|continuar a ser membro|continuar no grupo|ficar no grupo|sem sair|não quero sair|não sair|continuar como membro",
    },
    "CANCEL": {
        "fr": "lever|levez|terminez|terminer|mettez un terme|mettre un terme|clore|clôturer|clôturez|arrêtez ma",
        "es": "levant*|termin*|acaben|acabar|pongan fin|poner fin", "pt": "levant*|termin*|acabem|acabar|ponham fim|pôr fim", "en": "end|lift|close my",
    },
    "OTHERS": {"es": "darla de baja|darlo de baja|darlas de baja|darlos de baja|dar de baja la|dar de baja el|dar de baja los|la den|lo den|los den|las den|comunidad|la comunidad", "fr": "communauté|la communauté", "pt": "comunidade|a comunidade",
               "en": "community|the community|villagers"},
    "LAST": {"en": "most recent|newest|the latest", "fr": "les plus récents|plus récents|les plus récentes", "es": "más recientes", "pt": "mais recentes"},
    "OFF": {"en": "leave out|leave off|turned off|switched off|no need for|don t need"},
    "TOO_MANY": {"en": "too many|so many|far too much|too much", "fr": "trop de|tellement de", "es": "demasiados|demasiado|demasiadas|tantos",
                 "pt": "demasiados|demasiadas|demais|tantos|tantas"},
    "REMOVE": {"es": "quitaran|quitarán|sacaran|eliminaran|retiraran|borraran", "pt": "retirassem|tirassem|removessem|excluíssem"},
    "PENDING": {
        "en": "waiting for approval|awaiting approval|to approve|waiting for moderation|needs approval|waiting for me",
        "fr": "en attente d approbation|à approuver|en attente de modération",
        "es": "esperando aprobación|por aprobar|pendiente* de aprobación|a la espera",
        "pt": "à espera de aprovação|por aprovar|pendente* de aprovação|à espera",
    },
    "JOIN": {
        "en": "put my name on|put me down|let me be part|come on board|add me|be included|include me|sign me on|like to join|get on your list|"
        "get on this list|start receiving|begin receiving|start getting|be on the list|be on your list|be one of you",
    },
    "TRACE": {"fr": "suivre|suivez"},
    "UNINVITE": {
        "fr": "annuler l invitation|annulez l invitation|retirer l invitation|retirez l invitation",
        "en": "cancel the invitation|withdraw the invitation|cancel invitation",
        "es": "cancelar la invitación|anular la invitación|retirar la invitación|cancelen la invitación",
        "pt": "cancelar o convite|anular o convite|retirar o convite|cancelem o convite",
    },
    "HIDE": {"en": "take it down|take that down|take this down|not be public|off the website|off the site|from the website|from the site|"
             "off the web|from the archive|out of the archive|from the web"},
    "MUTE": {"en": "spare me|not interested in thread|no more of|tired of thread|leave me out of thread|leave me out of discussion|"
             "stop the replies|no replies to"},
    "UNMUTE": {"en": "follow again|follow thread|follow discussion|hear from thread|hear about thread again|switched them off|after all again"},
    "THREAD": {"en": "all the replies|all replies|all answers|all the answers|whole exchange|replies to|answers to|the replies",
               "fr": "toutes les réponses|les réponses|réponses au|réponses à", "es": "todas las respuestas|las respuestas|respuestas al|respuestas a",
               "pt": "todas as respostas|as respostas|respostas à|respostas ao"},
    "IT": {"en": "it"},
}  # fmt: skip
"""meaning -> language -> phrases"""

PURPOSE = (
    "so that|so as not|so as to|in order not|in order that|afin|pour que je|pour ne pas|pour éviter|para no|para que no|"
    "para evitar|para não|para que não|pues|damit"
).split("|")
"""after these stands what it is good for, which is no part of the command either"""
