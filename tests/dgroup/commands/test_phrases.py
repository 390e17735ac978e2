"""Sentences as people write them, none of them taken from the corpus: what is asked for, and what is not."""

from __future__ import annotations

import pytest

from dgroup.commands.reading import read
from dgroup.incoming import Reading
from tests.dgroup.plainmail import mail

_UTF8 = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"


def said(body: str, subject: str = "", to: str = "water-request@lists.example") -> Reading:
    return read(mail(body=body, subject=subject, to=to, headers=_UTF8))


ASKED = [
    ("leave", "Kindly strike me from the mailing, I get far too much of it."),
    ("leave", "Enough. Unsubscribe me now."),
    ("leave", "Could somebody take me off? Ta"),
    ("leave", "I do not wish to be on this list any longer."),
    ("leave", "please stop these mails"),
    ("leave", "I'd rather not get any of these emails anymore"),
    ("leave", "Please delete my email address from your database/list"),
    ("leave", "Kindly cancel my membership with immediate effect."),
    ("leave", "how do I get off this thing? just take me off the list please"),
    ("leave", "Veuillez supprimer mon adresse de votre liste de diffusion"),
    ("leave", "Merci de ne plus m'envoyer de courriels."),
    ("leave", "je veux plus recevoir vos mails"),
    ("leave", "Prière de me rayer de la liste"),
    ("leave", "Résilier mon abonnement svp"),
    ("leave", "Favor de eliminarme de su lista"),
    ("leave", "Ya no me manden más correos por favor"),
    ("leave", "Solicito la baja"),
    ("leave", "No deseo seguir recibiendo mensajes de este grupo"),
    ("leave", "quiero cancelar mi suscripción"),
    ("leave", "Por favor removam o meu email da lista"),
    ("leave", "Não quero mais receber e-mails deste grupo"),
    ("leave", "Gostaria de cancelar a minha inscrição"),
    ("leave", "Favor me excluir da lista"),
    ("leave", "peço para sair do grupo"),
    ("join", "I'd love to be part of the water group"),
    ("join", "Please add me"),
    ("join", "Could you put me on the list? My colleague told me about it"),
    ("join", "Je voudrais recevoir les messages du groupe"),
    ("join", "Pouvez-vous m'ajouter à la liste ?"),
    ("join", "Quisiera formar parte del grupo"),
    ("join", "Me pueden agregar a la lista por favor"),
    ("join", "Quero participar do grupo"),
    ("join", "Podem adicionar-me à lista?"),
    ("pause", "I'm on holiday until 20 March, please hold my mail"),
    ("pause", "No mails until June please"),
    ("pause", "Please stop sending me mail for three weeks"),
    ("pause", "Je pars en vacances jusqu'au 30 mars, merci de suspendre mes messages"),
    ("pause", "Pas de mails pendant deux semaines svp"),
    ("pause", "No me envíen correos hasta el 1 de abril"),
    ("pause", "Suspendam os meus emails até 10 de abril"),
    ("pause", "unsubscribe me until September"),
    ("resume", "You can start sending again"),
    ("resume", "please switch my mail back on"),
    ("resume", "Je suis de retour, reprenez les envois"),
    ("resume", "Ya pueden volver a enviarme los mensajes"),
    ("resume", "Podem voltar a enviar as mensagens"),
    ("daily", "One mail a day is enough for me"),
    ("weekly", "Can I get just one email per week?"),
    ("weekly", "Un seul message par semaine me suffit"),
    ("weekly", "Prefiero un resumen cada semana"),
    ("monthly", "Only once a month please"),
    ("each", "I want every message as it comes"),
    ("each", "Envoyez-moi tous les messages au fur et à mesure"),
    ("daily", "un correo al día por favor"),
    ("weekly", "Prefiro receber um resumo por semana"),
    ("light", "Please send mails without the attachments, my connection is slow"),
    ("light", "Sans les pièces jointes svp"),
    ("light", "sólo texto por favor"),
    ("light", "sem anexos, por favor"),
    ("full", "with attachments again please"),
    ("language", "Please write to me in French"),
    ("language", "Escríbanme en español"),
    ("language", "en français svp"),
    ("language", "Quero receber as mensagens em português"),
    ("address", "My new email is ana.l@new.example"),
    ("address", "Please change my address to ana.l@new.example"),
    ("address", "Mi nueva dirección es ana@nuevo.example"),
    ("address", "J'ai changé d'adresse : ana@neuf.example"),
    ("address", "Mudei de email, agora é ana@novo.example"),
    ("status", "Am I still subscribed?"),
    ("status", "What are my settings?"),
    ("who", "Who is in this group?"),
    ("help", "How does this work?"),
    ("help", "How do I unsubscribe?"),
    ("help", "Comment faire pour quitter la liste ?"),
    ("help", "¿Cómo puedo darme de baja?"),
    ("get", "Please send me message 412"),
    ("get", "lire 412"),
    ("thread", "thread 412"),
    ("last", "last 10"),
    ("last", "les 10 derniers messages"),
    ("search", "search arsenic filters"),
    ("search", "cherche filtres à sable"),
    ("hide", "Please hide my post 412"),
    ("mute", "mute 412"),
    ("data", "Please send me all the data you have about me"),
    ("erase", "Delete all my data"),
    ("erase", "Effacez mon compte"),
    ("add", "Please add Awa Diop <awa2@ong.example>"),
    ("remove", "Please remove luc@ong.example from the list"),
    ("invite", "invite awa2@ong.example"),
    ("ban", "ban spam@bad.example"),
    ("coordinator", "Please make luc@ong.example a coordinator"),
    ("trace", "trace luc@ong.example"),
    ("pending", "pending"),
    ("pending", "What is pending?"),
    ("bouncing", "who is bouncing"),
    ("report", "report"),
    ("stepdown", "I want to step down as coordinator"),
    ("freeze", "freeze the group"),
    ("split", "split 412"),
    ("merge", "merge 412 into 398"),
    ("retitle", "retitle 412 Pumps in Kisumu"),
    ("undo", "undo"),
]
NOT_ASKED = [
    "Please do not remove me",
    "I never asked to be removed from the list!",
    "Ne me désinscrivez pas",
    "No me den de baja, por favor",
    "Não me removam da lista",
    "My colleague wants to leave the group",
    "Should I leave the group?",
    "I am thinking of unsubscribing",
    "I can't unsubscribe, it gives an error",
    "I no longer receive the mails, what is wrong?",
    "Je ne reçois plus les messages",
    "Don't stop sending the weekly summary",
    "If I unsubscribe, will my posts be deleted?",
    "Please remove John from the list",
    "We leave for Kisumu on Monday",
    "Stop the leak in pump 3",
    "I left the group last year",
    "unsubscribe or weekly, I don't know",
    "Nobody should leave the list",
    "Please tell Ken to leave the list",
    "I was removed by mistake!",
    "Who removed me from the list?",
    "le\u0430ve",
    "unsubscrib\u0435",
    "No quiero salir del grupo",
    "Je ne veux pas quitter le groupe",
    "não quero sair",
    "I will not leave",
    "They want us to unsubscribe from the paper",
    "unsubscrib\u0435",
    "Ken wants to leave the group",
    "Ken quiere salir del grupo",
    "Luc veut quitter le groupe",
    "Maria quer sair do grupo",
    "Ask Ken to unsubscribe",
]


@pytest.mark.parametrize(("verb", "body"), ASKED)
def test_what_is_asked_for(verb: str, body: str) -> None:
    assert said(body).verb == verb


@pytest.mark.parametrize("body", NOT_ASKED)
def test_what_is_only_spoken_of_is_not_done(body: str) -> None:
    """Denied, doubted, reported, asked about, of somebody else, or spelt with look-alike letters."""
    assert said(body).verb == ""


@pytest.mark.parametrize("body", NOT_ASKED)
def test_nor_is_it_done_to_the_subject_of_another_mail(body: str) -> None:
    reading = said(body, "leave")
    assert not (reading.verb == "leave" and reading.sure)


@pytest.mark.parametrize(
    ("body", "nearest"),
    [
        ("unsubscribe or weekly, I don't know", ("leave", "weekly")),
        ("leave\njoin", ("leave", "join")),
        ("Please do not remove me", ("leave", "status")),
        ("xyzzy", ("help", "status")),
        ("I can't unsubscribe, it gives an error", ()),
        ("The pump that we bought last year in Kisumu broke after three rains; what now?", ()),
    ],
)
def test_two_readings_are_offered_and_prose_is_left_to_people(
    body: str, nearest: tuple[str, ...]
) -> None:
    assert said(body).nearest == nearest


@pytest.mark.parametrize(
    "word", ["unsubcribe", "unsubscirbe", "unsubscribee", "usubscribe me", "desinscripton"]
)
def test_one_letter_may_be_wrong_in_a_long_word(word: str) -> None:
    found = said(word).verb
    assert found == ("" if word.startswith("usub") else "leave")  # "usubscribe" may be either


@pytest.mark.parametrize(
    "word", ["remoev luc@ong.example", "blokc luc@ong.example", "trase luc@ong.example"]
)
def test_a_coordinators_word_is_never_guessed(word: str) -> None:
    assert said(word).verb == ""
