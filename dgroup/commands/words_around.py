"""The words around a command, in the form of `words`: who, what, how, no, maybe, please."""

from __future__ import annotations

from dgroup.commands.words import Table

AROUND: Table = {
    # --- things and people ---
    "GROUP": {
        "en": "group|list|mailing list|mailing|maillist|forum|community|newsletter|d group|discussion list|"
        "groups|lists|discussion group",
        "fr": "groupe|liste|liste de diffusion|forum|communauté|liste de discussion|groupe de discussion",
        "es": "grupo|lista|lista de correo|lista de distribución|foro|comunidad|lista de correos",
        "pt": "grupo|lista|lista de e mail|lista de emails|lista de discussão|fórum|comunidade",
        "de": "gruppe|liste|mailingliste|verteiler",
        "it": "gruppo|lista|mailing list",
        "nl": "groep|lijst|mailinglijst",
    },
    "MAIL": {
        "en": "mail|mails|email|emails|e mail|e mails|message|messages|post|posts|mailings|letters|"
        "notifications|updates|inbox",
        "fr": "mail|mails|email|emails|e mail|e mails|message|messages|courriel|courriels|courrier|"
        "courriers|envois|envoi|notifications|boîte",
        "es": "correo|correos|mensaje|mensajes|mail|mails|email|emails|e mail|e mails|envíos|notificaciones|"
        "correos electrónicos",
        "pt": "mensagem|mensagens|email|emails|e mail|e mails|correio|correios|envios|notificações|mail",
        "de": "nachricht|nachrichten|mail|mails|e mail|e mails|beiträge|beitrag|post",
        "it": "messaggio|messaggi|mail|email|e mail|posta",
        "nl": "bericht|berichten|mail|mails|e mail|e mails|post",
    },
    "POST": {
        "en": "post|message|posting",
        "fr": "message|publication",
        "es": "mensaje|publicación",
        "pt": "mensagem|publicação",
        "de": "beitrag|nachricht",
        "it": "messaggio",
        "nl": "bericht",
    },
    "ME": {
        "en": "me|myself|us",
        "fr": "moi|m|me",
        "es": "me|mí",
        "pt": "me|mim",
        "de": "mich|mir",
        "it": "mi|me",
        "nl": "mij|me",
    },
    "MY": {
        "en": "my|mine",
        "fr": "mon|ma|mes",
        "es": "mi|mis",
        "pt": "meu|minha|meus|minhas",
        "de": "mein|meine|meinen|meiner|meinem",
        "it": "mio|mia|miei|mie",
        "nl": "mijn",
    },
    "NAME": {"en": "name", "fr": "nom", "es": "nombre", "pt": "nome", "de": "name", "it": "nome", "nl": "naam"},
    "I": {
        "en": "i|am|ve|ll|d|m",
        "fr": "je|j|suis|ai|veux|voudrais|souhaite|souhaiterais|aimerais",
        "es": "yo|estoy|soy|he|quiero|quisiera|deseo|querría|solicito|pido|prefiero|necesito",
        "pt": "eu|estou|sou|quero|queria|desejo|gostaria|solicito|peço|prefiro|preciso",
        "de": "ich|bin",
        "it": "io|sono",
        "nl": "ik|ben",
    },
    "OTHERS": {
        "en": "nobody|wants|he|she|him|her|his|they|them|their|colleague|colleagues|friend|wife|husband|boss|someone|"
        "everybody|everyone|people|person|somebody",
        "fr": "il|elle|ils|elles|lui|leur|collègue|collègues|ami|amie|femme|mari|quelqu un|gens|"
        "personne|personnes",
        "es": "ella|ellos|ellas|colega|colegas|compañero|compañera|amigo|amiga|alguien|gente|"
        "persona|personas|esposa|marido",
        "pt": "ele|ela|eles|elas|colega|colegas|amigo|amiga|alguém|pessoa|pessoas|esposa|marido|"
        "companheiro",
        "de": "er|kollege|kollegin|freund|jemand|leute",
        "it": "lui|lei|loro|collega|amico|amica|qualcuno",
        "nl": "hij|zij|collega|vriend|iemand",
    },
    # --- what is done ---
    "RECEIVE": {
        "en": "receiv*|getting|gets|have|hear|delivery|deliver",
        "fr": "recevoir|reçoi*|recevr*|réception|avoir|recev*",
        "es": "recib*|tener|llegar|lleguen",
        "pt": "receb*|ter|chegar|cheguem",
        "de": "erhalt*|bekomm*|empfang*|kriegen",
        "it": "ricev*|avere",
        "nl": "ontvang*|krijg*",
    },
    "SEND": {
        "en": "send|sending|mailing me|write|give|writing|forward",
        "fr": "envoy*|envoi|écri*|adress*|donne*|expédi*",
        "es": "envi*|envi|mand*|escrib*|remit*|envia*|dar|den|denme|dame",
        "pt": "envi*|mand*|escrev*|remet*|dar|deem",
        "de": "send*|schick*|zusend*|schreib*|zuschick*",
        "it": "invi*|mand*|scriv*|spedi*",
        "nl": "stuur*|stur*|zend*|schrijf",
    },
    "WANT": {
        "en": "want|wants|wish|like|need|prefer|interested|love|interest|rather|desire|intend|decided|ask|"
        "asking|request|requesting|hope|would",
        "fr": "veux|voudrais|souhaite|souhaiterais|aimerais|veu*|voul*|voudr*|souhait*|désir*|aimer*|préfér*|intéress*|besoin|demand*|aimerai*",
        "es": "quiero|quisiera|deseo|querría|prefiero|necesito|quier*|quisier*|dese*|gustaría|prefier*|prefer*|interes*|necesit*|solicit*|pido|pedir",
        "pt": "quer|quero|queria|queremos|gostaria|desejo|prefiro|preciso|desej*|prefir*|prefer*|interess*|precis*|solicit*|peço|"
        "pretend*|gostava",
        "de": "möcht*|will|wünsch*|hätte|gern*|wollen|würde|bitte um",
        "it": "vogl*|vorre*|desider*|prefer*|interess*|chied*",
        "nl": "wil|wilt|willen|wens*|zou|graag|liever",
    },
    # --- no ---
    "NOT": {
        "en": "not|never|don|doesn|didn|cannot",
        "fr": "pas|jamais",
        "es": "no|nunca|jamás",
        "pt": "não|nunca|jamais|nao",
        "de": "nicht|kein|keine|keinen|nie",
        "it": "non|mai",
        "nl": "niet|geen|nooit",
    },
    "NE": {"fr": "ne|n"},
    "MORE": {
        "en": "any more|anymore|any longer|any further|more",
        "fr": "plus|davantage",
        "es": "más",
        "pt": "mais",
        "de": "mehr",
        "it": "più",
        "nl": "meer",
    },
    "NOMORE": {
        "en": "no longer|no more|no further|not any more|not anymore|not any longer|enough of",
        "fr": "ne plus|ne pas plus|n plus",
        "es": "ya no|no más|nunca más|no quiero más|no seguir|no deseo más|no deseo seguir",
        "pt": "já não|não mais|nunca mais|não quero mais|não desejo mais|não seguir",
        "de": "nicht mehr|kein* mehr|nicht länger",
        "it": "non più",
        "nl": "niet meer|geen mail meer|niet langer",
    },
    # --- phrases whose words would mean something else ---
    "NOTHING": {
        "en": "leave it|leave a message|leave you|as soon as possible|at least|at last|not later than|"
        "no problem|no hurry|if not|let me|help me|of course|as well|more than one|no more than|not more than|at most|"
        "any questions|look forward|looking forward|never mind|by mistake|the list of|list of|"
        "stop by|full time|part time|let me know|with me|more information|more info|"
        "thank you for adding me|thanks for adding me|join us|join me|joining us|join our|join them",
        "fr": "s il vous plaît|s il te plaît|de plus|en plus|plus tard|au plus|plus d un|pas de problème|"
        "le plus vite possible|au plus vite|dès que possible|n est ce pas|pas plus de|à partir de|"
        "plus d informations|n hésitez pas|pas plus qu un|il y a|il me semble|il est|il faut|plus vite|"
        "rejoignez nous|le plus tôt possible|au plus tôt|plus rapidement possible|pas plus d un",
        "es": "además|más tarde|a partir de|lo antes posible|no más de|más de un|más información|a más tardar|"
        "lo más pronto posible|cuanto antes|únanse|únete",
        "pt": "mais tarde|a partir de|o mais breve possível|não mais de|mais de um|mais informações|"
        "o mais rápido possível|quanto antes|não mais que",
        "de": "so bald wie möglich|nicht mehr als",
        "it": "non più di|al più presto",
        "nl": "zo snel mogelijk|niet meer dan",
    },
    # --- asking, doubting ---
    "HOW": {
        "en": "how|what should i|what must i|what do i|where do i|where can i|in which way|what is the way|"
        "which command|what command",
        "fr": "comment|que dois je|que faut il|où puis je|quelle est la procédure|quelle commande|"
        "que faire|par quel moyen",
        "es": "cómo|qué debo|qué hay que|dónde puedo|qué tengo que|cuál es el procedimiento|de qué manera",
        "pt": "como|o que devo|o que tenho|onde posso|que devo|qual o procedimento|de que forma",
        "de": "wie|was muss ich|was soll ich|wo kann ich",
        "it": "come|cosa devo|che devo|dove posso",
        "nl": "hoe|wat moet ik|waar kan ik",
    },
    "WORKS": {
        "en": "this work|this works|it work|it works|this function",
        "fr": "ça marche|cela marche|ça fonctionne|cela fonctionne",
        "es": "funciona esto|esto funciona|funciona",
        "pt": "isto funciona|isso funciona|funciona isto|funciona isso|funciona",
        "de": "funktioniert das|geht das",
    },
    "WHAT_IF": {
        "en": "what happens|what would happen|why|when will|does it|is it possible to know|what is|what does",
        "fr": "que se passe|pourquoi|qu arrive|qu est ce|c est quoi",
        "es": "qué pasa|por qué|qué ocurre|qué significa|qué es",
        "pt": "o que acontece|por que|por quê|o que significa|o que é",
        "de": "warum|was passiert|wieso",
        "it": "perchè|cosa succede",
        "nl": "waarom|wat gebeurt",
    },
    "CAN_I": {
        "en": "can i|could i|may i|is it possible|would it be possible|can we|might i|am i able",
        "fr": "puis je|pourrais je|est il possible|serait il possible|est ce possible|peut on",
        "es": "puedo|podría yo|es posible|sería posible|se puede",
        "pt": "posso|poderia eu|é possível|seria possível|dá para",
        "de": "kann ich|könnte ich|ist es möglich|wäre es möglich",
        "it": "posso|potrei|è possibile|sarebbe possibile",
        "nl": "kan ik|mag ik|is het mogelijk",
    },
    "IF": {
        "en": "if|unless|in case|whether|provided|until i know|before i",
        "fr": "si|s il|à moins|au cas|sauf si",
        "es": "en caso|a menos|siempre que",
        "pt": "caso|a menos|a não ser|desde que",
        "de": "wenn|falls|ob",
        "it": "se|a meno",
        "nl": "als|indien|tenzij",
    },
    "MAYBE": {
        "en": "maybe|perhaps|might|may leave|may quit|may want|may need|depending|thinking|think|considering|consider|wonder*|not sure|unsure|probably|"
        "possibly|should i|someday|one day|later on|hesitat*",
        "fr": "peut être|pense|réfléch*|hésit*|pas sûr|pas sûre|envisag*|demande si|éventuellement|"
        "un jour|plus tard peut",
        "es": "quizás|quizá|tal vez|pensando|pienso|dud*|no estoy seguro|no estoy segura|algún día|"
        "considerando|me pregunto",
        "pt": "talvez|pensando|pensar|penso|dúvid*|não tenho certeza|um dia|considerando|será que",
        "de": "vielleicht|überleg*|unsicher|eventuell",
        "it": "forse|pensando|penso|non sono sicur*",
        "nl": "misschien|overweeg|twijfel*",
    },
    "PROBLEM": {
        "en": "can t|cant|couldn t|problem*|trouble*|issue*|error*|wrong|broken|cannot|can not|unable|doesn t work|not working|"
        "complain*|fail*|difficult*|does not work|do not work|not arrive*|not receiving|not getting|"
        "have not received|never received|stopped working|stopped receiving|stopped getting|lost|bug|"
        "refuses|blocked|not able|did not receive|haven t received",
        "fr": "problème*|panne|erreur*|souci*|marche pas|fonctionne pas|n arrive pas|arrive pas|difficult*|"
        "impossible|bug|ne peux pas|n arrive plus|n ai pas reçu|bloqué",
        "es": "problema*|error*|fallo*|no funciona|no puedo|no logro|no consigo|dificultad*|imposible|"
        "no me llega|no me llegan|no he recibido|inconveniente*|queja*",
        "pt": "problema*|erro|erros|falha*|não funciona|não consigo|não posso|dificuldade*|impossível|"
        "não me chega|não recebi|queixa*|reclam*",
        "de": "problem*|fehler*|geht nicht|kann nicht|funktioniert nicht|schwierig*",
        "it": "problem*|errore|errori|non funziona|non riesco|difficolt*",
        "nl": "probleem|problemen|fout*|werkt niet|kan niet|lukt niet",
    },
    "HUMAN": {
        "en": "question|questions|speak to|talk to|contact|human|real person|phone|call me",
        "fr": "question|questions|parler à|contacter|quelqu un de|téléphone|appelez moi",
        "es": "pregunta|preguntas|consulta|hablar con|contactar|teléfono",
        "pt": "pergunta|perguntas|dúvida|falar com|contactar|contatar|telefone",
        "de": "frage|fragen|sprechen",
        "it": "domanda|domande|parlare con",
        "nl": "vraag|vragen|spreken",
    },
    "PAST": {
        "en": "had|was|were|used to",
        "fr": "avais|avait|avions|avons|étais|était",
        "es": "había|habíamos|hice|hicimos|hemos|estaba|estuve",
        "pt": "tinha|tínhamos|fiz|fizemos|estava|estive",
        "de": "hatte|hatten|war|waren",
        "it": "avevo|avevamo|ero",
        "nl": "had|hadden|was",
    },
    "WAIT": {
        "en": "wait|actually|forget it|scratch that|ignore my|changed my mind|disregard",
        "fr": "attendez|attends|finalement|en fait|oubliez ça|changé d avis|ne faites rien",
        "es": "espera|esperen|espere|en realidad|mejor no|olvídenlo|cambié de opinión",
        "pt": "espera|esperem|espere|na verdade|melhor não|esqueçam isso|mudei de ideia",
        "de": "warten sie|warte|doch nicht",
        "it": "aspetta|aspettate|anzi",
        "nl": "wacht|toch niet",
    },
    # --- when, and other arguments ---
    "UNTIL": {
        "en": "until|till|til|through|up to|up until",
        "fr": "jusqu|jusque|jusqu au|jusqu à|jusqu en",
        "es": "hasta|hasta el",
        "pt": "até|até ao|até o",
        "de": "bis",
        "it": "fino|fino al",
        "nl": "tot",
    },
    "WITHOUT": {
        "en": "without|no",
        "fr": "sans",
        "es": "sin",
        "pt": "sem",
        "de": "ohne|keine",
        "it": "senza",
        "nl": "zonder",
    },
    "WITH": {"en": "with|include|including", "fr": "avec", "es": "con", "pt": "com", "de": "mit", "it": "con", "nl": "met"},
    "ON": {
        "en": "on|yes|enable|turn on|switch on|activate",
        "fr": "activ*|allumer|marche|oui",
        "es": "activ*|encender|sí",
        "pt": "ativ*|activ*|ligar|sim",
        "de": "an|ein|aktivier*",
        "it": "attiva*",
        "nl": "aan|aanzetten",
    },
    "OFF": {
        "en": "off|disable|turn off|switch off|deactivate",
        "fr": "désactiv*|éteindre|arrêt|non",
        "es": "desactiv*|apagado|apagada",
        "pt": "desativ*|desactiv*|deslig*",
        "de": "aus|abschalten|deaktivier*",
        "it": "disattiva*|spegni",
        "nl": "uit|uitzetten",
    },
    "QUIET": {
        "en": "quiet|quietly|silently|discreetly",
        "fr": "discrètement|silencieusement|sans bruit|discret",
        "es": "discretamente|en silencio|silenciosamente",
        "pt": "discretamente|em silêncio|silenciosamente",
        "de": "leise|still",
    },
    "ALL": {
        "en": "all|all groups|every group|everywhere",
        "fr": "tous|toutes|tous les groupes|toutes les listes|partout",
        "es": "todos|todas|todos los grupos|todas las listas",
        "pt": "todos|todas|todos os grupos|todas as listas",
        "de": "alle|allen|alle gruppen",
        "it": "tutti|tutte",
        "nl": "alle",
    },
    "FROM": {"en": "from|off", "fr": "de|du|des|d", "es": "de|del", "pt": "de|da|do|deste|desta|dessa|desse",
             "de": "von|vom|aus", "it": "da|dal|dalla", "nl": "van|uit"},
    "SET": {
        "en": "set|setting|put",
        "fr": "régler|réglez|règle|définir|définissez|fixer|paramétrer|configurer",
        "es": "ajust*|definir|define|fijar|configurar|establec*|poner|pon",
        "pt": "definir|defina|ajust*|configurar|estabelecer|fixar",
        "de": "setze|setzen|einstellen",
        "it": "impostare|imposta",
        "nl": "instellen|stel in",
    },
    "SHOW": {
        "en": "list|show|send|see|give",
        "fr": "lister|liste|listez|montr*|envoy*|voir|affich*",
        "es": "listar|lista|mostrar|ver|envi*|mand*",
        "pt": "listar|lista|mostrar|ver|envi*|mand*",
        "de": "liste|zeig*",
        "it": "lista|elenca|mostra*",
        "nl": "lijst|toon",
    },
}  # fmt: skip
"""meaning -> language -> words, of what stands beside a command"""
