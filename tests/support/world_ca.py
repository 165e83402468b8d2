"""A throw-away certification authority: a root, an intermediate, and whatever is wrong with a leaf."""
import datetime
import os
import ssl
import subprocess

DAY = 86400


def _time(seconds_from_now):
    now = datetime.datetime.now(datetime.timezone.utc)
    return (now + datetime.timedelta(seconds=seconds_from_now)).strftime("%Y-%m-%d %H:%M:%S")


def _content(data, at):
    """Where the content of the DER element at AT begins and ends."""
    length, at = data[at + 1], at + 2
    if length > 127:
        size = length - 128
        length, at = int.from_bytes(data[at:at + size], "big"), at + size
    return at, at + length


class Certificate:
    """Files with key and certificate, `chain` with what a server sends."""

    def __init__(self, folder, name):
        self.key = os.path.join(folder, name + ".key")
        self.file = os.path.join(folder, name + ".pem")
        self.chain = os.path.join(folder, name + ".chain")

    def der(self):
        with open(self.file) as file:
            return ssl.PEM_cert_to_DER_cert(file.read())

    def public_key(self):
        """The subjectPublicKeyInfo: the seventh field of what is signed (RFC 5280 4.1)."""
        data = self.der()
        at, _ = _content(data, 0)
        at, _ = _content(data, at)
        for _ in range(6):
            at = _content(data, at)[1]
        return data[at:_content(data, at)[1]]


class Authority:
    """root signs sub, sub signs leaves; `other` is a root that nobody trusts."""

    def __init__(self, folder):
        self.folder = folder
        self.count = 0
        self.root = self._make("root", ca=True)
        self.sub = self._make("sub", ca=True, signer=self.root)
        self.other = self._make("other", ca=True)
        self.trust_file = self.root.file

    def _make(self, name, ca=False, signer=None, names=(), start=-30 * DAY, end=365 * DAY, rsa=None,
              digest="SHA256", purpose="tls_www_server", common_name=None):
        made = Certificate(self.folder, name)
        kind = ["--key-type", "rsa", "--bits", str(rsa)] if rsa else \
            ["--key-type", "ecdsa", "--curve", "secp256r1"]
        subprocess.run(["certtool", "--generate-privkey", *kind, "--outfile", made.key],
                       capture_output=True, check=True)
        os.chmod(made.key, 0o600)
        template = ['cn = "%s"' % (common_name or "World " + name),
                    'activation_date = "%s"' % _time(start), 'expiration_date = "%s"' % _time(end)]
        template += ['dns_name = "%s"' % dns for dns in names]
        if ca:
            template += ["ca", "cert_signing_key"]
        else:  # public authorities say where the certificate above is to be had
            template += [purpose, "signing_key", 'ca_issuers_uri = "http://ca.example/sub.der"']
        with open(made.file + ".template", "w") as file:
            file.write("\n".join(template) + "\n")
        by = signer or made
        sign = ["--generate-certificate", "--load-ca-certificate", by.file, "--load-ca-privkey",
                by.key] if signer else ["--generate-self-signed"]
        subprocess.run(["certtool", *sign, "--load-privkey", made.key, "--template",
                        made.file + ".template", "--hash", digest, "--outfile", made.file],
                       capture_output=True, check=True)
        return made

    def leaf(self, *names, signer="sub", send="full", **recipe):
        """A certificate for NAMES (none: one without DNS names). SIGNER: "sub", another Certificate,
        or None: itself; SEND: "full" (with the intermediate) or "alone"."""
        self.count += 1
        by = self.sub if signer == "sub" else signer
        if names:
            recipe.setdefault("common_name", names[0])
        made = self._make("leaf%d" % self.count, names=names, signer=by, **recipe)
        with open(made.chain, "w") as file:
            for certificate in [made] + ([by] if by and send == "full" else []):
                with open(certificate.file) as one:
                    file.write(one.read())
        return made

    def expired_sub(self):
        return self._make("sub-expired", ca=True, signer=self.root, start=-60 * DAY, end=-DAY)
