"""Courtesy, greetings, thanks, disclaimers: what stands in a mail around the words that ask."""

from __future__ import annotations

POLITE: dict[str, str] = {
    "en": "please pls plz kindly could can would will you your i to the this that these those of in on at for "
    "a an and or so then now just be been is are was do does did it its as from by with hello hi hey dear "
    "team thanks thank thx ty many best regards kind sincerely cordially good morning afternoon evening day "
    "all again sir madam coordinator here there only also too but instead today again back all very "
    "much already still which has had about out up we our let ok okay us any some one into their "
    "possible currently immediately tell know help action required respectfully appreciate "
    "appreciated advance greetings cheers yours faithfully truly warm subject command account "
    "mode version option delivery format",
    "fr": "bonjour bonsoir salut cher chère chers merci svp stp veuillez pouvez pourriez vous voulez "
    "pourrais puis je tu te le la les l de du des d au aux à un une et ou ce cette ces cet en sur "
    "pour par avec dans à que qu mon ma mes votre vos bien cordialement cordiales salutations "
    "madame monsieur bonne journée soirée bien à vous d'avance avance beaucoup s il plaît tout toute "
    "est être était sont avoir fait faire merci aussi mais encore donc alors possible maintenant aujourd hui "
    "toutes équipe prie seulement uniquement très désormais dorénavant chaleureusement bises déjà "
    "envoi version mode format autre ici même y si me moi se sa son",
    "es": "hola buenos buenas días tardes noches estimado estimada estimados queridos querido por favor gracias "
    "pueden puede podrían podría quisiera el la los las de del al a un una y o u e en con para por que se "
    "su sus mi mis este esta estos estas saludos saludo cordial cordiales atentamente atte muchas muy lo le les "
    "es ser está estar fue son también pero ya ahora hoy todo toda aquí equipo solo sólo únicamente favor "
    "posible ruego agradezco agradecería adelantado antemano abrazo abrazos cordialmente gentilmente "
    "señor señora señores desde usted ustedes modo versión formato ha han hecho",
    "pt": "olá oi bom boa dia tarde noite caro cara caros prezado prezada prezados por favor obrigado obrigada "
    "obrigados podem pode poderiam poderia o a os as de do da dos das ao aos à às um uma e ou em no na nos "
    "nas com para por que se seu sua seus meu minha meus este esta deste desta atenciosamente cumprimentos "
    "abraço abraços muito muita isso isto é ser está estar foi são também mas já agora tudo toda todo hoje aqui equipe "
    "equipa só apenas somente desde favor possível agradeço agradecia antecipadamente desde senhor senhora "
    "cordialmente gentileza pfv vocês você modo versão formato me eu os pra pro pelo pela",
    "de": "hallo guten tag morgen liebe lieber sehr geehrte bitte danke vielen dank könnten können sie mir die "
    "der das den dem des ein eine einen und oder in im auf von vom zu zur zum für mit ist sind bin ich es "
    "diese dieser dieses freundliche freundlichen grüße gruß viele mfg nur auch jetzt ihr euch",
    "it": "ciao buongiorno buonasera gentile gentili grazie per favore prego potete potreste può la il lo i gli le "
    "un una di del della dal dalla da a al alla in e o che con questa questo saluti cordiali distinti mi solo "
    "anche ora",
    "nl": "hallo beste dag goedemorgen alstublieft aub graag bedankt dank u je kunt kunnen de het een en of in op "
    "van voor met aan is zijn deze dit groeten vriendelijke groet alvast wil mij me ik nu ook alleen",
}
"""words that change nothing"""

GREETINGS = (
    "hello|hi|hey|dear|good morning|good afternoon|good evening|good day|greetings|to whom|"
    "bonjour|bonsoir|salut|cher|chère|chers|chères|madame|monsieur|coucou|"
    "hola|buenos días|buenas tardes|buenas noches|buenas|estimado|estimada|estimados|estimadas|querido|"
    "querida|queridos|buen día|"
    "olá|oi|bom dia|boa tarde|boa noite|caro|cara|caros|caras|prezado|prezada|prezados|"
    "hallo|guten tag|guten morgen|liebe|lieber|sehr geehrte|moin|ciao|buongiorno|gentile|gentili|"
    "beste|goedemorgen|goedemiddag|dag"
).split("|")
"""a line that begins so, and is short, greets"""

SIGN_OFFS = (
    "regards|best regards|kind regards|warm regards|best wishes|best|sincerely|yours|thanks|thank you|"
    "many thanks|thanks in advance|cheers|respectfully|thx|with thanks|with kind regards|"
    "cordialement|bien cordialement|bien à vous|salutations|merci|merci d'avance|merci beaucoup|"
    "merci et|meilleures salutations|amicalement|sincères salutations|bonne journée|bonne soirée|"
    "bien amicalement|respectueusement|cdlt|cdt|avec mes|"
    "saludos|un saludo|saludos cordiales|atentamente|cordialmente|gracias|muchas gracias|mil gracias|"
    "gracias de antemano|atte|un abrazo|abrazos|"
    "obrigado|obrigada|muito obrigado|muito obrigada|atenciosamente|cumprimentos|com os melhores|"
    "melhores cumprimentos|abraço|abraços|um abraço|att|grato|grata|desde já|"
    "mfg|viele grüße|mit freundlichen|freundliche grüße|danke|vielen dank|grüße|"
    "grazie|saluti|cordiali saluti|distinti saluti|met vriendelijke|groeten|bedankt|groet"
).split("|")
"""a short line that begins so closes a mail: below it stand a name and whatever belongs to it"""

DISCLAIMERS = (
    "disclaimer|avertissement|aviso legal|confidential*|ce message et|this message and|this email and|"
    "this e-mail and|este mensaje y|esta mensagem e|este correo electrónico y|haftungsausschluss|"
    "before printing|please consider the environment|pensez à l'environnement|think before you print|"
    "antes de imprimir|avant d'imprimer|p please consider|nota de confidencial|aviso de confidencial"
).split("|")
"""a line that begins so belongs to a mail gateway, and all that follows"""

BECAUSE = (
    "because|since i|since we|as i|as we|due to|parce que|parce qu|car|étant donné|puisque|vu que|en raison|"
    "comme je|porque|ya que|debido a|dado que|puesto que|pois|já que|devido a|uma vez que|visto que|weil|"
    "da ich|perche|poiché|omdat|reason|raison|motivo|motif"
).split("|")
"""after these stands a reason, which is no part of the command"""

INSTEAD = (
    "instead of|rather than|au lieu de|au lieu d|plutôt que|en vez de|en lugar de|em vez de|ao invés de|"
    "em lugar de|em vez do|em vez da|em vez dos|em vez das|em lugar do|ao invés do|en vez del|en lugar del|au lieu du|au lieu des|au lieu d un|"
    "plutôt qu|más bien que|anstatt|statt|invece di|in plaats van"
).split("|")
"""after these stands what is not wanted"""
