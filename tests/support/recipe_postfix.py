"""The Postfix of postfix.py with the recipes of examples/mail-systems put in as an admin would."""
import os
import re

from mail_systems import recipe, run_quietly
from postfix import Postfix


class RecipePostfix(Postfix):
    """MASTER and MAIN are texts to append; TABLES maps names in /etc/postfix to (program, text)."""

    def __init__(self, folder, main, master="", tables=None):
        self.settings = main
        self.tables = tables or {}
        super().__init__(folder, master, "error:not routed")

    def control(self, verb):
        if verb == "start":
            settings = "mydestination = example.org\n" + self.settings.replace("/etc/postfix", self.etc)
            replace_settings(os.path.join(self.etc, "main.cf"), settings)
            for name, (maker, text) in self.tables.items():
                path = os.path.join(self.etc, name)
                with open(path, "w") as file:
                    file.write(text)
                run_quietly(maker, "-c", self.etc, path)
        super().control(verb)

    def send(self, message, recipient="tls-reports@example.org", count=1):
        super().send(message, recipient, count)

    def deferrals(self):
        return self.log().count("status=deferred")

    def bounces(self):
        return self.log().count("status=bounced")

    def retry(self):
        self.flush()


def replace_settings(path, settings):
    """Puts SETTINGS into the main.cf at PATH. A name may stand there once: postlogd hangs on its own
    warnings about a second line."""
    names = re.findall(r"^(\w+)\s*=", settings, re.MULTILINE)
    with open(path) as file:
        kept = [line for line in file if not re.match(r"(%s)\s*=" % "|".join(names), line)]
    with open(path, "w") as file:
        file.write("".join(kept) + settings)


def with_transport(name, **replacements):
    """main.cf and the transport table of the recipe NAME."""
    return {"main": recipe(name + "/main.cf", {"/etc/postfix": "/etc/postfix"}),
            "tables": {"transport": ("postmap", recipe(name + "/transport", replacements))}}
