"""The words that answer our questions, by what they decide and in the languages that we read.

`ANSWERS` stand at the beginning of a sentence or of a part of it; `ANYWHERE` decide wherever they stand.
"""

from __future__ import annotations

from dgroup.incoming import Answer

ANSWERS: dict[Answer, dict[str, str]] = {
    Answer.NO: {
        "en": "it s a no|it is a no|that s a no|that is a no|i said no|i already said no|that s not what i|that is not what i|not now|i never wrote|i never asked|not what i wanted|no|nope|cancel|reject|rejected|decline|declined|refuse|do not|don t|deny|denied|"
        "not ok|no way|please don t|please do not|please not|stop|never|i do not|i don t|"
        "keep me|i did not|i didn t|it wasn t me|not me|that was not me|better not|"
        "i d rather not|i would rather not|rather not|not approved|forget it|"
        "forget about it|leave it|leave it as it is|leave everything as it is|"
        "leave things as they are|that wasn t me|this wasn t me|this was not me|"
        "i didn t ask|by no means|not at all|under no circumstances|certainly not|"
        "absolutely not|of course not|definitely not|i think not|i disagree|i object|"
        "no thanks|no thank you|nah|it was not me|please leave|"
        "drop the idea|don t do|i refuse|i want to stay|i d like to stay|"
        "i would like to stay|i m staying|i am staying|i will stay|i ll stay",
        "fr": "c est un non|ce n est pas ce que|pas maintenant|j ai déjà dit non|j ai dit non|je n ai jamais|non|refuser|refusez|refusé|rejeter|rejetez|ne faites|ne fais|pas d accord|"
        "n ajoutez|n ajoute|ne pas|jamais|ne publiez|ce n est pas moi|ce n était pas moi|"
        "ne le|ne la|ne les|abandonner|surtout pas|il vaut mieux pas|mieux vaut pas|nan|"
        "laissez comme|laisse comme|laissez tomber|laisse tomber|je préfère pas|"
        "je préfère que non|je ne préfère pas|je préfère ne pas|pas question|"
        "hors de question|je refuse|en aucun cas|certainement pas|absolument pas|"
        "bien sûr que non|non merci|je ne veux|je veux rester|"
        "je reste|je ne suis pas d accord|je m y oppose|oubliez ça|oubliez|"
        "n en faites rien|refus|pas approuvé|non approuvé|plutôt non|plutôt pas|"
        "c était pas moi|c est pas moi|je n ai pas demandé|je n ai rien demandé|"
        "on ne publie pas|ça non|ne rien faire",
        "es": "es un no|ahora no|por ahora no|eso no es|no es lo que|ya dije que no|dije que no|yo nunca|yo no|no|cancelar|cancela|cancelen|cancele|rechazar|rechazo|rechazado|rechaza|negar|"
        "nunca|no lo|no fui yo|mejor no|para nada|déjenlo como está|déjelo como está|"
        "déjalo como está|déjenlo así|dejarlo así|me niego|prefiero que no|prefiero no|"
        "de ninguna manera|de ningún modo|jamás|olvídenlo|olvídelo|olvídalo|nop|nel|"
        "ni hablar|en absoluto|claro que no|por supuesto que no|"
        "no gracias|quiero quedarme|me quedo|rechácenlo|no aprobado|no estoy de acuerdo|"
        "negativo|no fui|cancelen eso|yo no fui",
        "pt": "é um não|agora não|por agora não|já disse que não|disse que não|eu nunca|não era isso|não|cancelar|cancela|cancele|cancelem|recusar|recuso|recusado|rejeitar|rejeitado|"
        "nunca|não fui eu|negativo|melhor não|de maneira nenhuma|de modo nenhum|"
        "de jeito nenhum|deixem como está|deixe como está|deixa como está|deixem assim|"
        "prefiro que não|prefiro não|nem pensar|esqueçam|esqueça|esquece|jamais|"
        "claro que não|não obrigado|não obrigada|quero ficar|eu fico|"
        "recusem|não aprovado|não concordo|discordo|nada disso|nao|não eu|eu não|"
        "cancelem isso",
        "de": "nein|abbrechen|ablehnen|nicht",
        "it": "no|annulla|rifiuta|rifiutare",
        "nl": "nee|annuleren|weigeren|niet",
    },
    Answer.UNDO: {
        "en": "undo|take it back|revert|put it back|undo it|undo that|reverse|reverse that|"
        "reverse it|roll back|undo the|put everything back",
        "fr": "annuler|annulez|annule|défaire|annuler ce changement|annulez ce changement|"
        "d annuler ce changement|annuler cela|défaites|remettez comme|remettez tout|"
        "rétablissez|rétablir|revenir en arrière",
        "es": "deshacer|deshaz|deshaga|deshazlo|deshacerlo|deshagan|deshagan el cambio|reviertan|"
        "revertir|revierta|anular|anulen|anule|anúlenlo|volver atrás|vuelvan a ponerlo|deshacer el cambio",
        "pt": "desfazer|desfaz|desfaça|reverter|anular|anulem|anule|desfaçam|revertam|reverta|voltar atrás|"
        "voltem a pôr|reponham",
        "de": "rückgängig",
        "it": "annullare",
        "nl": "ongedaan",
    },
    Answer.DISCARD: {
        "en": "discard|throw away|delete|delete it|spam|bin|trash|drop it|junk|dump|throw it|"
        "throw it away|throw it out|just delete it|delete this|bin it|spam it|"
        "get rid of it|trash it|reject without|to the bin|chuck it|it s spam|it is spam|"
        "this is spam",
        "fr": "jeter|jetez|supprimer|supprimez|poubelle|effacer|écarter|pourriel|jetez le|"
        "à la poubelle|mettez à la poubelle|supprimez le|effacez|effacez le|rejeter sans|"
        "rejetez sans|c est du spam|spam|à jeter",
        "es": "descartar|descarta|descarte|eliminar|elimina|elimine|borrar|basura|desechar|"
        "tírenlo|tírelo|tíralo|bórrenlo|bórrelo|bórralo|a la basura|descártenlo|descártelo|"
        "elimínenlo|es spam|spam|rechazar sin",
        "pt": "descartar|descarte|eliminar|elimine|apagar|lixo|excluir|jogar fora|deitem fora|"
        "deite fora|apaguem|apague|apaga|para o lixo|pro lixo|descartem|eliminem|"
        "joguem fora|é spam|spam|rejeitar sem",
        "de": "verwerfen|löschen",
        "it": "scarta|elimina",
        "nl": "weggooien",
    },
    Answer.TRUST: {
        "en": "trust|trust him|trust her|trust them|always|always allow|always approve|"
        "trust this|trust this member|i trust|i trust him|i trust her|i trust them",
        "fr": "confiance|faire confiance|faites confiance|faites lui confiance|"
        "faire toujours confiance|toujours|je lui fais confiance|je fais confiance|"
        "toujours accepter",
        "es": "confiar|confía|confíe|confianza|siempre|confío|confío en|confíen",
        "pt": "confiar|confie|confiança|sempre|confio|confio nele|confio nela|confiem",
        "de": "vertrauen",
        "it": "fiducia",
        "nl": "vertrouwen",
    },
    Answer.REOPEN: {
        "en": "reopen|re open|publish anyway|publish after all|publish it after all|"
        "publish it anyway",
        "fr": "rouvrir|rouvrez|publier quand même|publiez quand même|réouvrir|"
        "publions le quand même|publiez le quand même|publiez le finalement|rouvrez le",
        "es": "reabrir|reabre|reabra|publicar de todos modos|publíquenlo de todos modos|"
        "publíquenlo al final|publiquémoslo de todos modos|reábranlo",
        "pt": "reabrir|reabra|reabre|publicar mesmo assim|publiquem mesmo assim|publiquem afinal|"
        "vamos publicar na mesma|publicar na mesma|reabram",
        "de": "wieder öffnen",
        "it": "riapri",
        "nl": "heropenen",
    },
    Answer.POST: {
        "en": "post|publish it as a post|post it|publish my post|publish my message|it is a post|"
        "it was a post",
        "fr": "publier|publiez|publie|poster|postez|c est un message|publiez le|à publier|"
        "c était un message",
        "es": "publicar|publique|publíquenlo|publica|publiquen|publíquelo|publicarlo|"
        "era un mensaje",
        "pt": "publicar|publique|publiquem|postar|publiquem no|é para publicar|era uma mensagem",
        "de": "veröffentlichen",
        "it": "pubblica|pubblicare",
        "nl": "plaatsen|publiceren",
    },
    Answer.LEAVE: {
        "en": "leave|unsubscribe|remove me|signoff|leave the group|unsub|take me off|"
        "i want to leave|get me out",
        "fr": "quitter|désinscrire|désabonner|désinscription|désabonnement|me désinscrire|"
        "désinscrivez moi|retirez moi|je veux quitter|sortez moi|je veux sortir",
        "es": "baja|salir|dar de baja|darme de baja|salir del grupo|sáquenme|quítenme|"
        "quiero salir|denme de baja",
        "pt": "sair|desinscrever|sair do grupo|tirem me|me tirem|quero sair",
        "de": "abmelden|verlassen",
        "it": "esci|disiscrivimi",
        "nl": "uitschrijven|afmelden",
    },
    Answer.INVITE: {
        "en": "invite|invite them|ask them first|invite her|invite him|invite all|invite everyone",
        "fr": "inviter|invitez|invite les|invitez les|demandez leur",
        "es": "invitar|invita|invite|invítalos|invítelos|invítenlos|invitarlos",
        "pt": "convidar|convide|convida|convidem|convide os",
        "de": "einladen",
        "it": "invita|invitare",
        "nl": "uitnodigen",
    },
    Answer.YES: {
        "en": "you have my approval|you have my agreement|i give my|yes|yep|yeah|yup|y|ok|okay|confirm|confirmed|approve|approved|accept|accepted|"
        "go ahead|do it|i confirm|i approve|i agree|agreed|agree|sure|correct|please do|"
        "of course|fine|right|all good|looks good|publish|distribute|it was me|i sent it|"
        "yes it was me|i do|absolutely|definitely|certainly|proceed|ok yes|k|"
        "that is correct|that s correct|that was me|please proceed|thumbs up|fine with me|"
        "fine by me|it s fine|that s fine|that is fine|works for me|sounds good|"
        "sounds fine|good|great|perfect|why not|everything looks right|"
        "everything looks good|everything is right|everything is fine|"
        "everything is correct|it s ok|it is ok|it s okay|no problem|no objection|"
        "no objections|by all means|with pleasure|gladly|happy to|i am happy|i m happy|"
        "let it be done|you can add|you can go ahead|you can proceed|you can do|you can publish|you may publish|you can carry on|you may|carry on|"
        "please go ahead|approve it|approve this|accept it|do so|yes please|indeed|"
        "affirmative|exactly|it s correct|it is correct|this is correct|this is right|"
        "that s right|that is right|all correct|all right|alright|it s me|it is me|done|"
        "yess|yea|okey|i accept|i am ok|i m ok|i am okay|i am fine|i m fine|i d like to|"
        "i would like to|i would love to|absolutely yes|roger|granted|"
        "i authorise|i authorize|i am in|i m in|count me in|you have my|no issue|no issues|"
        "not a problem|yse|eys|yees|yesh|aprove|aproved|comfirm|confrim|confirmd|that s all correct|that s all right|"
        "that s all fine|that is all correct|that is all right|that is what i asked for|that s what i asked for|"
        "that is what i want|that s what i want|that is what we want|all of them are correct|they are all correct|"
        "all are correct|the list is correct|the list is right|the list is fine|i did ask for|i asked for this|"
        "i asked for it|it was me who|it s really me|all yes|it s a yes|it is a yes|that s a yes|that is a yes|a big yes|a clear yes",
        "fr": "vous avez mon accord|vous avez mon feu vert|feu vert|je donne mon accord|oui|ouais|d accord|confirmer|confirme|confirmez|confirmé|je confirme|approuver|"
        "approuve|approuvé|j approuve|j accepte|accepte|accepter|accepté|vas y|allez y|"
        "bien sûr|entendu|volontiers|c est bon|c est moi|exact|parfait|je valide|valider|"
        "validé|c était moi|certainement|absolument|c est ok|tout est bon|okay|ok pour moi|"
        "ça me va|cela me va|ça marche|ça roule|c est exact|c est correct|c est juste|"
        "c est d accord|je suis d accord|je suis ok|tout me paraît|tout me semble|"
        "tout est correct|tout est juste|tout est en ordre|vous pouvez|tu peux|"
        "pas de souci|pas de soucis|pas de problème|aucun problème|sans problème|"
        "aucune objection|daccord|dac|dacc|faites|faites donc|faites le|faites comme|"
        "allons y|avec plaisir|avec joie|pourquoi pas|très bien|c est parfait|"
        "c est bien moi|c est bon pour moi|bon pour moi|pour moi c est|pour moi ok|"
        "pour moi oui|procédez|poursuivez|continuez|validez|acceptez|je l approuve|oui oui|"
        "ok oui|tout à fait|exactement|effectivement|affirmatif|pour ma part|moi ça me va|"
        "si si|bien entendu|je veux bien|j autorise|autorisé|nickel|super|impeccable|"
        "c est confirmé|je vous confirme|je le confirme|oiu|uoi|ouiiii|dakor|c est bien ce que je veux|"
        "c est ce que je veux|c est ce que j ai demandé|c est bien ce que j ai demandé|la liste est bonne|"
        "la liste est correcte|la liste est juste|tout est exact|tout est conforme|c est conforme|on y va|c est un oui|un grand oui",
        "es": "tienen mi visto bueno|tiene mi visto bueno|visto bueno|luz verde|sí|si|confirmar|confirmo|confirmado|confírmalo|confirme|aprobar|apruebo|aprobado|"
        "apruebe|de acuerdo|acepto|aceptar|aceptado|adelante|claro|claro que sí|vale|"
        "por supuesto|correcto|dale|perfecto|fui yo|está bien|estoy de acuerdo|desde luego|"
        "así es|procedan|hágalo|háganlo|por mí está bien|por mi parte|por mí|es correcto|"
        "está correcto|todo correcto|todo bien|todo me parece bien|me parece bien|"
        "los pueden|las pueden|lo pueden|la pueden|me parece|sip|sí sí|con mucho gusto|con gusto|encantado|encantada|pueden|puede|"
        "pueden publicarlo|publíquenlo por|no hay problema|sin problema|ningún problema|"
        "por qué no|proceda|hagan|haganlo|conforme|bueno|ok por mí|okey|oka|exacto|"
        "afirmativo|listo|va|venga|órale|sale|excelente|muy bien|apruébenlo|apruébelo|"
        "aprobada|lo apruebo|lo confirmo|confírmenlo|soy yo|era yo|autorizo|autorizado|"
        "acéptenlo|no tengo objeción|sin objeción|no tengo inconveniente|"
        "ningún inconveniente|yo también quiero|claro que si|simón|obvio|es lo que quiero|eso es lo que quiero|"
        "es lo que pedí|eso es lo que pedí|yo lo pedí|la lista está bien|la lista es correcta|la lista está correcta|"
        "todo está bien|todo está correcto|así lo quiero|háganlo|que se haga|que se publique|que lo publiquen|es un sí|un gran sí",
        "pt": "têm o meu aval|tem o meu aval|luz verde|têm o meu acordo|sim|confirmar|confirmo|confirmado|confirme|aprovar|aprovo|aprovado|aceito|aceitar|"
        "aceite|de acordo|claro|pode ser|com certeza|tudo bem|está bem|concordo|certo|"
        "fui eu|pode fazer|podem fazer|isso mesmo|vamos|pode adicionar|prossiga|tá bom|"
        "exato|por mim|por mim tudo bem|por mim está bem|por mim pode|está correto|"
        "está certo|tudo certo|parece me tudo certo|parece me bem|pode|podem|"
        "podem publicar|podem continuar|pode aprovar|pode publicar|pode sim|sem problema|"
        "sem problemas|não há problema|não tem problema|tudo ok|uhum|aham|claro que sim|"
        "com todo o gosto|com muito gosto|com prazer|beleza|blz|façam|faça|faz|avancem|"
        "avance|força|porque não|por que não|sim sim|correto|correcto|exatamente|"
        "exactamente|é isso|isso|ok por mim|okay|fechado|combinado|perfeito|ótimo|óptimo|"
        "excelente|muito bem|aprovem|aprovo sim|está aprovado|sou eu|era eu|autorizo|"
        "autorizado|sem objeções|não tenho objeções|estou de acordo|tá|tá certo|certinho|"
        "valeu|vamos a isso|vamos em frente|em frente|é isso que quero|é o que eu quero|foi o que pedi|foi isso que pedi|"
        "eu é que pedi|a lista está certa|a lista está correta|a lista está boa|está tudo certo|está tudo bem|"
        "está tudo correto|que se faça|pode ir|que se publique|podem avançar|pode avançar|é um sim|um grande sim",
        "de": "ja|bestätigen|bestätigt|ich bestätige|einverstanden|genehmigt",
        "it": "sì|confermo|approvo|va bene|d accordo",
        "nl": "ja|akkoord|bevestig|ik bevestig|goedgekeurd|prima",
    },
}  # fmt: skip
"""answer -> language -> phrases; what is both in two languages is the one that comes first"""

ANYWHERE: dict[Answer, str] = {
    Answer.UNDO: r"as it was before|as before|(?:the way|how|like) (?:it|things|everything) (?:was|were)|take (?:that|it|this) back|"
    r"cancel what i did|(?:take|put) me back|anulen lo que|anulem o que|annulez ce que|remettez moi|ponganme otra vez|"
    r"ponham me de novo|comme avant|comme c etait|revenir en arriere|de defaire|como antes|como estaba|volver atras|como estava|voltar atras",
    Answer.TRUST: r"let (?:all )?(?:his|her|their|this \w+ s)? ?(?:mails?|posts?|messages?) through|don t hold (?:his|her|their|this|any|them)|"
    r"no need to (?:hold|check|moderate)|need not be (?:held|checked|moderated)|never hold|without (?:asking|holding|checking) (?:us|me )?again|laissez passer (?:tou\w+|ses)|"
    r"(?:inutile de|plus|besoin de) (?:retenir|verifier)|fa(?:is|ites|ire)(?: lui| leur)? confiance|dejen pasar (?:tod\w+|sus)|"
    r"(?:falta|necesario|necesidad de) (?:retener|revisar|verificar)|confio en|deixem passar (?:tod\w+|as|os)|(?:preciso|necessario) (?:reter|verificar|rever)|confio n\w+",
    Answer.REOPEN: r"publish it after all|publish (?:it )?(?:anyway|now)|after all publish|publi\w+(?: le)? (?:quand meme|finalement)|"
    r"finalement publi\w+|publi\w+ (?:al final|de todos modos|de todas formas)|publi\w+ (?:afinal|na mesma|mesmo assim)",
    Answer.POST: r"(?:meant|intended|was) (?:for|to write to|to go to) (?:the|our) (?:group|list|whole)|message (?:to|for) every\w+|"
    r"pour (?:le groupe|la liste|tout le monde)|message (?:a|pour) tou\w+|(?:para|al) (?:el )?(?:grupo|todo el grupo|la lista)|"
    r"mensaje para tod\w+|para (?:o grupo|a lista)|mensagem para tod\w+",
    Answer.LEAVE: r"(?:off|out of|leave) (?:the|this|your) (?:list|group|mailing)|take me off|(?:did want|wanted) to (?:leave|unsubscribe|get out)|quitter (?:le|ce) groupe|"
    r"(?:retir|enlev|sort)ez moi|desinscri\w+ moi|(?:salir|sal) del grupo|(?:saquen|quiten)me|denme de baja|sair d\w+ (?:grupo|lista)|"
    r"(?:tirem|retirem|removam) me",
}  # fmt: skip
"""folded patterns; a yes beside them is only a courtesy"""

UNSURE = (
    r"(?:i (?:do not|don t) (?:know|understand|remember)|i m not sure|i am not sure|not sure|no idea|not certain|i have no idea|"
    r"(?:je )?(?:ne )?sais pas|je (?:ne )?(?:connais|comprends|suis) pas(?: sur\w*| certain\w*)? ?(?:cette|ce |qui|$)?|"
    r"je (?:ne )?(?:sais|connais|comprends) (?:pas|rien|plus)|je (?:ne )?suis pas sure?|pas sure?|aucune idee|"
    r"no (?:estoy|me siento) segur\w|no se (?:si|quien|que|de|a)|no se$|no (?:lo |la |los )?(?:conozco|veo|puedo|entiendo|recuerdo|comprendo)|ni idea|"
    r"nao (?:faco ideia|vejo|consigo|sei|conheco|entendo|percebo|me lembro|compreendo|entendi|percebi)|nao (?:tenho|estou com|estou) (?:a )?cert\w+|"
    r"nao estou segur\w|(?:ahora|agora|hoy|hoje) (?:no|nao) (?:tengo|tenho|puedo|posso|alcanzo|consigo))\b"
)
"""how a sentence begins that decides nothing, although a "no" stands in it"""

AGREED = (
    r"no problems?|no objections?|no issues?|not a problem|no worries|why not|no need to \w+|without \w+ing|don t hold \w+|"
    r"pourquoi pas|(?:pas de|aucun|sans) (?:soucis?|problemes?)|aucune objection|sans (?:le|la|les) \w+|sans avertir \w+|"
    r"por que no|(?:no hay|sin|ningun) problemas?|sin avisar\w*|no (?:hace falta|es necesario) \w+|no tengo (?:objecion|inconveniente)\w*|"
    r"por ?que nao|(?:sem|nao ha|nao tem) problemas?|sem (?:o|a|os|as) avisar|nao e (?:preciso|necessario) \w+|nao tenho objecoes|no doubts?|no hurry|no rush|(?:asking|checking|writing)(?: me| us)? (?:first|before)|"
    r"d avoir demande (?:d abord|avant)|preguntar(?:me|nos)? (?:primero|antes)|perguntar(?:em)? (?:primeiro|antes)|"
    r"just in case|au cas ou|por si acaso|na duvida|por via das duvidas|nada mas|nada mais|sin falta|sem falta|sans faute"
)
"""a denial that takes nothing back"""

DOUBTS = (
    "but not dont don wait if unless except instead never cancel however later though hold without only before first once "
    "until maybe perhaps provided depends whether excluding exclude exception excepting minus skip drop pending apart aside "
    "principle probably suppose guess likely hopefully partly partially half "
    "mais pas attendez sauf plutôt jamais non cependant excepté sinon attends hormis seulement avant "
    "uniquement abord condition moins exception principe probablement suppose partiellement moitié "
    "pero espere salvo excepto nunca cancelen todavía aún menos espera esperen sólo solamente únicamente primero "
    "cuando condición sino excepción excluyendo exceptuando principio probablemente supongo parcialmente mitad "
    "exceção excepção excluindo excetuando princípio provavelmente suponho parcialmente metade "
    "porém não espera exceto nunca ainda contudo aguarde aguardem apenas somente primeiro esperem talvez quizás quizá "
    "aber nicht außer nein tranne però maar niet behalve nur erst wenn"
)
"""words that leave a yes in doubt"""

CONDITIONS = (
    r"(?<!\w)(?:(?:yes|sí|si|oui|sim) (?:or|o|ou) (?:no|non|não)|mas|só|si (?:ell\w+|él|el|la|los|las|todos|kim|awa|no|es|está|están|se|me|le)|se (?:ele|ela|eles|elas|todos|o|a|for|não|puder\w*)|"
    r"s'(?:il|ils|elle|elles)|si (?:elle|elles|ils?|tout|tous|c|vous|le|la|les|kim|awa)|after(?! all)|when|quand(?! m)|lorsqu\w*|après|cuando|después|quando|depois|após|"
    r"leave (?:\w+ )?out|leaving out|other than|subject to|for now|from tomorrow|as of|[aà] part (?!ça|cela)\w+|en dehors de|a no ser|fora (?:o|a|os|as)|"
    r"tal vez|peut[- ]être|sin embargo|en tant que|à condition|as long as|provided)(?!\w)"
)
"""the same in small letters, accents kept: "mas" is no "más", "só" no "so" """

ASIDES = (
    # reassurance, surprise, and what one no longer needs: the answer stands beside it
    r"(?:please )?(?:do not|don t) worry|never mind|no worries|(?:i|we) (?:was not|wasn t|were not|weren t|did not|didn t|had not|hadn t) expect\w*|"
    r"(?:i|we) (?:do not|don t) mind|it does not matter|it doesn t matter|not a (?:big )?(?:deal|problem|bother)|no (?:harm|need) (?:done|to (?:worry|apologi[sz]e|hurry))|"
    r"ne (?:vous|t) (?:inquiet\w+|en fai\w+|en inquiet\w+|faites) pas|(?:pas|aucune) d? ?inquietude|ca ne fait rien|ce n est (?:pas grave|rien)|pas grave|je ne m y attendais (?:pas|plus)|"
    r"no (?:se|te|os) (?:preocup|molest|apur)\w+|no (?:pasa|importa) nada|no importa|no me (?:lo|la) esperaba|no (?:lo|la|les) esperaba|"
    r"nao (?:se|te) (?:preocup|incomod|aflij)\w+|nao (?:faz|tem) mal|nao importa|nao (?:estava|estavamos) a espera\w*|nao esperava\w*|"
    r"(?:(?:i|we) )?(?:do not|don t|no longer|won t|will not) (?:really )?need (?:it|this|that|them|these)(?: (?:any ?more|any longer|now))?|"
    r"(?:je |nous )?n (?:ai|avons|aurai) (?:plus|pas) (?:besoin|l usage) (?:de (?:cela|ca|ceci)|d en|des messages)?|(?:je |nous )?n en (?:ai|avons) (?:plus|pas) besoin|"
    r"(?:ya )?no (?:lo|la|los|las) (?:necesit|us|le)\w+|(?:ya )?no (?:necesit|ocup)\w+ (?:esto|eso|nada de esto|mas esto)|ya no me (?:sirve\w*|hace\w* falta)|"
    r"(?:ja )?nao (?:precis|necessit)\w+ (?:mais )?(?:disto|disso|deles|delas|dele|dela)(?: mais)?|(?:ja )?nao me (?:serve\w*|faz\w* falta)|"
    # a "only" that belongs to the story: "we only have rain water"
    r"(?:i|we|it|there|which|who|and|that|school|village|clinic|team|he|she|they) (?:only|just) (?:has|have|had|is|are|get|gets|work|works|use|uses|live|lives|comes|come|runs|opens|reads?)\b"
    r"(?! (?:\w+ ){0,2}(?:doubt|question|condition|request|problem|worry|concern|remark)\w*)|"
    r"n (?:a|ai|avons|ont|est|y a|avais) que\b(?! (?:\w+ ){0,2}(?:doute|question|condition|demande|souci|remarque|probleme)\w*)|"
    r"(?:solo|solamente|unicamente|nomas) (?:tiene|tenemos|tengo|tienen|hay|llega|llegan|trabajo|trabajamos|vivo|uso|usamos|es|son|somos|soy|funciona|sirve|abre|viene|leo|recibo)\b"
    r"(?! (?:\w+ ){0,2}(?:duda|pregunta|condicion|pedido|peticion|problema|inquietud|observacion)\w*)|"
    r"(?:so|apenas|somente) (?:tem|temos|tenho|ha|chega|chegam|trabalho|trabalhamos|vivo|uso|usamos|e|sao|somos|sou|funciona|serve|abre|vem|leio|recebo|estou|estamos)\b"
    r"(?! (?:\w+ ){0,2}(?:duvida|pergunta|condicao|pedido|problema|questao|reparo|observacao)\w*)|"
    # one's own circumstances: why an answer comes late, or twice
    r"(?:i (?:am|m) )?not (?:quite )?sure (?:whether|if) (?:i|we|you|this|my|it)\b[^,.;]{0,30}(?:answer|repl|confirm|respond|reach|arriv|g[eo]t|receiv|work)\w*|"
    r"(?:i )?(?:never|don t|do not) (?:really )?(?:know|remember) (?:whether|if) (?:i|we|you|this|these|my|it|the)\b[^,.;]{0,30}"
    r"(?:answer|repl|confirm|respond|reach|arriv|g[eo]t|receiv|work)\w*|"
    r"(?:we|i|there|here|with|they) (?:had|have|ve had|is|was|were|are|got) no (?!doubt|reason|wish|intention|interest|objection)\w+|"
    r"(?:i|we|he|she|they) (?:could not|couldn t|was not able to|wasn t able to|were not able to|had not|hadn t) \w+|"
    r"(?:i|we) (?:did not|didn t|have not|haven t|had not|hadn t) (?:see|seen|notice\w*|read|have|had|check\w*|look\w*|open\w*|find|found|hear\w*)|"
    r"(?:i|we) (?:was|were) not (?:here|there|at|in|online|connected|around|home|well|able)|(?:i|we) (?:wasn t|weren t) (?:here|there|at|in|online|connected|around|home|well|able)|"
    r"je (?:ne )?sais (?:pas|plus|jamais) si (?:j|je|ce|ces|cela|ca|mes|mon|le|vous|les)\b[^,.;]{0,30}(?:repon|confirm|arriv|parv|recu|marche)\w*|"
    r"(?:je ne suis |suis )?(?:pas|plus) (?:sure?|certaine?) (?:d avoir|si j ai|que j ai|si mon|que mon)[^,.;]{0,25}(?:repon|confirm|arriv|parv)\w*|"
    r"(?:il )?(?:n )?y avait (?:pas|plus|aucun\w*)|(?:il )?n y a (?:pas|plus)(?! de (?:raison|doute))|(?:je |j |on |nous )?n (?:ai|avais|avions|avons|a|avait) (?:pas|plus) (?:pu|vu|eu|lu|de|d|repondu|trouve|acces)|"
    r"(?:je n etais|nous n etions|on n etait|j etais|on etait) (?:pas|plus)|"
    r"no (?:se|estoy segur\w|recuerdo|me acuerdo) si (?:ya |les |le |mi |mis |esto |este |estos |lo |he )[^,.;]{0,30}(?:respond|contest|confirm|lleg)\w*|"
    r"no (?:hay de que|hay|habia|hubo|tenia|teniamos|tuve|tuvimos|pude|pudimos|podia|vi|lei|habia visto|habia leido|he podido|he visto|estaba|estuve|estabamos|tengo|tenemos) "
    r"(?!objecion|duda|inconveniente|que|por)\w+|no hay de que|"
    r"nao (?:sei|tenho certeza|me lembro) se (?:ja |a |o |as |os |esta |isto |respondi)[^,.;]{0,30}(?:respond|confirm|cheg)\w*|"
    r"nao (?:ha de que|ha|havia|houve|tinha|tinhamos|tive|tivemos|pude|pudemos|podia|vi|li|consegui|estava|estive|estavamos|tenho|temos) (?!objec|duvida|que|por)\w+|"
    r"(?:i )?(?:have )?(?:only|just) (?:now|today|yesterday|just|saw|seen|read|found|got|noticed|came)\b|(?:i )?only (?:saw|read|got) (?:it|this)(?: \w+)?|"
    r"(?:je )?(?:n ai|n avais|ne|ne l ai|ne le) (?:vu|lu|vois|trouve|lis) que\b|(?:vu|lu|recu) seulement|seulement (?:vu|lu|maintenant|aujourd hui|hier)|"
    r"(?:solo|recien|apenas) (?:ahora|hoy|ayer|lo vi|lo veo|vi|pude|he visto)|so (?:agora|hoje|ontem|vi|li|pude|consegui)\b|"
    r"(?:estava|estive|estou|estavamos|fiquei|fui|andava|ando|andei) (?:no|na|em|ao)\b|"
    r"(?:i |we )?(?:found|saw|see|find) no (?:mistake|error|fault|problem|objection|reason against|slip)\w*|no (?:mistakes|errors)|"
    r"n ai (?:pas |rien )?(?:trouve|vu) (?:pas |rien |aucun\w*|d )|no (?:encontre|encuentro|vi|veo) (?:errores|fallos|nada mal|ningun\w*)|nao (?:encontrei|vejo|vi) (?:erros|falhas|nada de mal|nenhum\w*)|"
    r"no doubts?(?: about it)?|no (?:hurry|rush)|no need to (?:ask|check|answer|reply)|"
    # why somebody is taken off or let in
    r"(?:no longer|not|n t|doesn t|don t|isn t|aren t) (?:work|liv|answer|respond|us|belong|exist|employ|there|here|with us|part of|in the|at the)\w*|"
    r"(?:ya )?no (?:trabaj|viv|existe|pertenec|respond|contest|labor|usa|forma parte|sigue)\w*|ya no esta\w*|"
    r"(?:ja )?nao (?:trabalh|viv|exist|pertenc|respond|usa|faz parte|mora)\w*|ja nao esta\w*|nao esta mais|"
    r"ne (?:travaill|vi|exist|repond|fai|utilis|habit)\w* (?:plus|pas)|n (?:est|existe|habite|utilise|appartient) (?:plus|pas) (?:la|ici|chez|parmi|avec|en poste|membre|employe)"
)
"""folded words: a denial in what is told beside an answer, which takes nothing of it back"""

LEADS = (
    "i say|we say|i would say|i d say|my answer is|the answer is|our answer is|for me it s|"
    "i hereby|hereby|i vote|i meant|i meant to|better|rather|i prefer|i would prefer|we prefer|in that case|from me|from my side|my vote is|mine is|"
    "je dis|nous disons|ma réponse est|la réponse est|notre réponse est|par la présente je|je voulais dire|plutôt|mieux vaut|"
    "il vaut mieux|je préfère|dans ce cas|par la présente|de ma part|de mon côté|"
    "digo|digo que|yo digo|decimos|decimos que|mi respuesta es|la respuesta es|nuestra respuesta es|por la presente|"
    "por la presente les|quise decir|mejor|más bien|prefiero|en ese caso|por mi lado|de mi parte|"
    "eu digo|digo que|dizemos|a minha resposta é|minha resposta é|a resposta é|a nossa resposta é|pela presente|"
    "queria dizer|melhor|prefiro|nesse caso|da minha parte|do meu lado"
)
"""phrases before an answer that add nothing to it"""

WISHES = (
    "i want to|i d like to|i would like to|i wish to|we want to|can you|could you|would you|will you|"
    "je veux|je voudrais|je souhaite|j aimerais|pouvez vous|pourriez vous|peux tu|merci de|"
    "quiero|quisiera|quisiéramos|deseo|me gustaría|pueden|puede|podrían|podría|puedes|podrías|"
    "quero|queria|gostaria de|gostava de|desejo|podem|pode|poderiam|poderia|podes|podiam"
)
"""the same before what does more than to agree: "can you undo this?" """

PARTIAL = (
    r"\W{0,3}(?:only |just |but |seulement |solo |apenas )?(?:to|for|pour|a|al|au|aux|para|por|sur)\s+(?:(?:the|le|la|les|los|las|el|o|os|as|a) )?"
    r"(?:(?:numbers?|lines?|lignes?|lineas?|linhas?|n|no|nr)\W+|#)?(?:\d{1,3}\b(?!\W+(?:people|persons?|personnes?|personas?|pessoas?|of|de|members?|membres?|miembros?|membros?|all|todos))|"
    r"(?:first|second|third|fourth|last|other|premi|deuxieme|troisieme|dernier|autre|primer|segund|tercer|ultim|otr|terceir|outr)\w*)|"
    r"\W{0,3}(?:(?:but|and|only|please|just) )?(?:(?:from|on|as of|starting|a partir d[eu]|des|desde|a|em|en|el|na|le|in|no) )?(?:the |la |le |el |o |a )?"
    r"(?:tomorrow|next (?:week|month|year)|demain|manana|amanha|semaine prochaine|proxima semana|semana que viene|semana que vem|"
    r"mon(?:day)|tues(?:day)|wednes(?:day)|thurs(?:day)|fri(?:day)|satur(?:day)|sun(?:day)|"
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miercoles|jueves|viernes|sabado|domingo|segunda|terca|quarta|quinta|sexta)\b|"
    r"\W{0,3}(?:(?:but|and|only|please|just) )?(?:from|on|as of|as from|starting(?: from| on)?|beginning(?: on)?|effective|in|a partir d[eua]|a compter d[eu]|des|desde|em|en|a contar d[eao]) "
    r"(?:the |le |el |la |o |a |d )?(?:\d{1,2}(?:st|nd|rd|th|er|o)? (?:of |de |d )?(?:jan|feb|fev|mar|apr|avr|abr|may|mai|jun|juin|jul|juil|aug|aou|ago|sep|set|oct|out|nov|dec|dez|ene|dic)\w*|"
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|"
    r"octobre|novembre|decembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|janeiro|fevereiro|marco|maio|junho|"
    r"julho|setembro|outubro|novembro|dezembro)|(?:two|three|a few|dos|tres|deux|trois|duas|\d) (?:days|weeks|months|semanas|meses|dias|jours|semaines|mois))\b"
)
"""folded; how what follows a yes makes it one for a part only, or for another day"""
