#include "crypto/certificates.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/openssl.h"
#include "crypto/pkcs8.h"
#include "crypto/random.h"
#include "crypto/utf8.h"

namespace votum::crypto {
namespace {

using OwnedCertificate = Owned<X509, X509_free>;
using OwnedNames = Owned<GENERAL_NAMES, GENERAL_NAMES_free>;
using OwnedName = Owned<GENERAL_NAME, GENERAL_NAME_free>;
using OwnedBignum = Owned<BIGNUM, BN_free>;

constexpr absl::string_view kTrustDomain = "spiffe://votum/";
constexpr absl::Duration kAuthorityValidity = absl::Hours(24 * 365 * 10);
constexpr absl::Duration kClockTolerance = absl::Minutes(5);
constexpr size_t kMaxCommonNameBytes = 64;  // ub-common-name, RFC 5280 appendix A.1
constexpr size_t kMaxLabelBytes = 63;       // RFC 1035 section 2.3.4
constexpr size_t kMaxDnsNameBytes = 253;

void FreeStack(STACK_OF(X509) * stack) { sk_X509_free(stack); }

// OpenSSL would ask for a passphrase on the terminal.
int NoPassphrase(char*, int, int, void*) { return -1; }

absl::Status BadRequest(absl::string_view why) {
  return Refuse(Reason::kBadCertificateRequest, absl::StrCat("cannot make a certificate: ", why));
}

// Letters, digits and inner dashes: RFC 1123 section 2.1.
bool IsLabel(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxLabelBytes && text.front() != '-' &&
         text.back() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-';
         });
}

bool IsDnsName(absl::string_view text) {
  const std::vector<absl::string_view> labels = absl::StrSplit(text, '.');
  return text.size() <= kMaxDnsNameBytes && std::all_of(labels.begin(), labels.end(), IsLabel);
}

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    if (!TakeCodePoint(&text).has_value()) return false;
  }
  return true;
}

// The fields in which authority and service certificates differ.
struct Profile {
  absl::string_view common_name;
  absl::Time not_before;
  absl::Time not_after;
  const char* basic_constraints;
  const char* key_usage;
};

bool SetTime(ASN1_TIME* target, absl::Time time) {
  return ASN1_TIME_set(target, absl::ToTimeT(time)) != nullptr;
}

bool SetSerialNumber(X509* certificate) {
  // 159 random bits: positive, and within the 20 octets of RFC 5280 section 4.1.2.2.
  std::string bytes = RandomBytes(20);
  bytes[0] = static_cast<char>(bytes[0] & 0x7f);
  const OwnedBignum number(BN_bin2bn(Data(bytes), static_cast<int>(bytes.size()), nullptr));
  return number != nullptr &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

// Adds an extension from OpenSSL's text form; only for trusted text.
bool AddExtension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// A certificate with everything but its issuer's extensions and signature.
absl::StatusOr<OwnedCertificate> Draft(const Profile& profile, EVP_PKEY* key) {
  OwnedCertificate certificate(X509_new());
  CheckOpenSsl(certificate != nullptr, "make a certificate");
  X509* x509 = certificate.get();
  if (X509_set_version(x509, X509_VERSION_3) != 1 || !SetSerialNumber(x509) ||
      !SetTime(X509_getm_notBefore(x509), profile.not_before) ||
      !SetTime(X509_getm_notAfter(x509), profile.not_after) ||
      X509_NAME_add_entry_by_NID(X509_get_subject_name(x509), NID_commonName, MBSTRING_UTF8,
                                 Data(profile.common_name),
                                 static_cast<int>(profile.common_name.size()), -1, 0) != 1 ||
      X509_set_pubkey(x509, key) != 1 ||
      !AddExtension(x509, nullptr, NID_basic_constraints, profile.basic_constraints) ||
      !AddExtension(x509, nullptr, NID_key_usage, profile.key_usage) ||
      !AddExtension(x509, nullptr, NID_subject_key_identifier, "hash")) {
    return OpenSslError("make a certificate");
  }
  return certificate;
}

absl::StatusOr<OwnedPkey> NewKey() {
  OwnedPkey key(EVP_EC_gen(SN_X9_62_prime256v1));
  if (key == nullptr) return OpenSslError("generate a key");
  return key;
}

absl::StatusOr<CertificateWithKey> Encode(X509* certificate, EVP_PKEY* key) {
  const OwnedBio memory(BIO_new(BIO_s_mem()));
  CheckOpenSsl(memory != nullptr, "make a buffer");
  if (PEM_write_bio_X509(memory.get(), certificate) != 1)
    return OpenSslError("write a certificate");
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  CertificateWithKey encoded;
  encoded.certificate_pem.assign(text, static_cast<size_t>(size));
  ASSIGN_OR_RETURN(encoded.key_pem, EncodePkcs8Pem(key));
  return encoded;
}

absl::StatusOr<OwnedCertificate> ReadCertificate(absl::string_view pem) {
  const OwnedBio input = ReaderOf(pem);
  OwnedCertificate certificate(PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr));
  if (certificate == nullptr) {
    ERR_clear_error();
    return Refuse(Reason::kBadCertificate, "there is no \"-----BEGIN CERTIFICATE-----\" block");
  }
  return certificate;
}

absl::StatusOr<absl::Time> NotAfter(const X509* certificate) {
  std::tm time = {};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) != 1) {
    ERR_clear_error();
    return Refuse(Reason::kBadCertificate, "the certificate's end of validity is malformed");
  }
  return absl::FromTM(time, absl::UTCTimeZone());
}

// The general name of `type`, URI or DNS, with this text.
OwnedName TextName(int type, absl::string_view text) {
  ASN1_IA5STRING* value = ASN1_IA5STRING_new();
  OwnedName name(GENERAL_NAME_new());
  CheckOpenSsl(value != nullptr && name != nullptr &&
                   ASN1_STRING_set(value, text.data(), static_cast<int>(text.size())) == 1,
               "make a subject alternative name");
  GENERAL_NAME_set0_value(name.get(), type, value);
  return name;
}

absl::StatusOr<OwnedName> AddressName(const std::string& address) {
  ASN1_OCTET_STRING* value = a2i_IPADDRESS(address.c_str());
  if (value == nullptr) {
    ERR_clear_error();
    return BadRequest(absl::StrCat("\"", address, "\" is not an IP address"));
  }
  OwnedName name(GENERAL_NAME_new());
  CheckOpenSsl(name != nullptr, "make a subject alternative name");
  GENERAL_NAME_set0_value(name.get(), GEN_IPADD, value);
  return name;
}

void Push(GENERAL_NAMES* names, OwnedName name) {
  CheckOpenSsl(sk_GENERAL_NAME_push(names, name.release()) > 0, "add an alternative name");
}

// Builds the extension value by value: in OpenSSL's text form a comma in a name would start another
// name.
absl::StatusOr<OwnedNames> AlternativeNames(const ServiceCertificateRequest& request) {
  OwnedNames names(GENERAL_NAMES_new());
  CheckOpenSsl(names != nullptr, "make subject alternative names");
  Push(names.get(), TextName(GEN_URI, absl::StrCat(kTrustDomain, request.service)));
  for (const std::string& dns_name : request.dns_names) {
    if (!IsDnsName(dns_name))
      return BadRequest(absl::StrCat("\"", dns_name, "\" is not a DNS name"));
    Push(names.get(), TextName(GEN_DNS, dns_name));
  }
  for (const std::string& address : request.ip_addresses) {
    ASSIGN_OR_RETURN(OwnedName name, AddressName(address));
    Push(names.get(), std::move(name));
  }
  return names;
}

struct Authority {
  OwnedCertificate certificate;
  OwnedPkey key;
};

absl::StatusOr<Authority> ReadAuthority(const CertificateWithKey& pem) {
  absl::StatusOr<OwnedCertificate> certificate = ReadCertificate(pem.certificate_pem);
  absl::StatusOr<OwnedPkey> key = DecodePkcs8Pem(pem.key_pem.Reveal(), SecretBytes());
  if (!certificate.ok() || !key.ok()) {
    return Refuse(Reason::kBadAuthority,
                  absl::StrCat("cannot read the authority: ", certificate.status().message(),
                               key.status().message()));
  }
  if (X509_check_ca(certificate->get()) != 1) {
    return Refuse(Reason::kBadAuthority, "the certificate given is not an authority's");
  }
  if (X509_check_private_key(certificate->get(), key->get()) != 1) {
    ERR_clear_error();
    return Refuse(Reason::kBadAuthority,
                  "the authority's certificate and key do not belong together");
  }
  return Authority{*std::move(certificate), *std::move(key)};
}

// All certificates in `pem`, in their order.
std::vector<OwnedCertificate> ReadCertificates(absl::string_view pem) {
  const OwnedBio input = ReaderOf(pem);
  std::vector<OwnedCertificate> certificates;
  for (;;) {
    OwnedCertificate next(PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr));
    if (next == nullptr) break;
    certificates.push_back(std::move(next));
  }
  ERR_clear_error();
  return certificates;
}

// Whether a chain leads from the first of `chain` to one of `authorities`.
bool LeadsTo(const std::vector<OwnedCertificate>& authorities,
             const std::vector<OwnedCertificate>& chain) {
  const Owned<X509_STORE, X509_STORE_free> trusted(X509_STORE_new());
  const Owned<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
  const Owned<STACK_OF(X509), FreeStack> others(sk_X509_new_null());
  CheckOpenSsl(trusted != nullptr && context != nullptr && others != nullptr, "make a store");
  for (const OwnedCertificate& authority : authorities)
    CheckOpenSsl(X509_STORE_add_cert(trusted.get(), authority.get()) == 1, "trust a certificate");
  for (const OwnedCertificate& one : chain)
    CheckOpenSsl(sk_X509_push(others.get(), one.get()) > 0, "add a certificate");
  CheckOpenSsl(X509_STORE_CTX_init(context.get(), trusted.get(), chain[0].get(), others.get()) == 1,
               "verify a certificate");
  X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_NO_CHECK_TIME);
  const bool leads = X509_verify_cert(context.get()) == 1;
  ERR_clear_error();
  return leads;
}

}  // namespace

absl::Status CheckIdentity(absl::string_view authorities_pem, absl::string_view identity_pem) {
  const std::vector<OwnedCertificate> authorities = ReadCertificates(authorities_pem);
  if (authorities.empty())
    return Refuse(Reason::kBadAuthority, "there is no certificate of an authority");
  const std::vector<OwnedCertificate> chain = ReadCertificates(identity_pem);
  if (chain.empty()) return Refuse(Reason::kBadCertificate, "there is no certificate");
  const OwnedBio input = ReaderOf(identity_pem);
  const OwnedPkey key(PEM_read_bio_PrivateKey(input.get(), nullptr, NoPassphrase, nullptr));
  const bool is_its_key = key != nullptr && X509_check_private_key(chain[0].get(), key.get()) == 1;
  ERR_clear_error();
  if (!is_its_key)
    return Refuse(Reason::kBadCertificate, "there is no private key that fits the certificate");
  if (LeadsTo(authorities, chain)) return absl::OkStatus();
  return Refuse(Reason::kBadCertificate, "the authority has not issued the certificate");
}

absl::StatusOr<CertificateWithKey> MakeAuthority(absl::string_view name, absl::Time now) {
  if (name.empty() || name.size() > kMaxCommonNameBytes || !IsUtf8(name)) {
    return BadRequest("the authority's name must have 1 to 64 bytes of UTF-8");
  }
  ASSIGN_OR_RETURN(const OwnedPkey key, NewKey());
  const Profile profile = {name, now - kClockTolerance, now + kAuthorityValidity,
                           "critical,CA:TRUE,pathlen:0", "critical,keyCertSign,cRLSign"};
  ASSIGN_OR_RETURN(const OwnedCertificate certificate, Draft(profile, key.get()));
  if (X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get())) != 1 ||
      X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) {
    return OpenSslError("sign an authority's certificate");
  }
  return Encode(certificate.get(), key.get());
}

absl::StatusOr<CertificateWithKey> IssueServiceCertificate(const CertificateWithKey& authority,
                                                           const ServiceCertificateRequest& request,
                                                           absl::Time now) {
  if (!IsLabel(request.service) || request.service != absl::AsciiStrToLower(request.service)) {
    return BadRequest(absl::StrCat("\"", request.service, "\" is not a service name"));
  }
  if (request.validity_days < 1) return BadRequest("it must be valid for one day at least");
  ASSIGN_OR_RETURN(const OwnedNames names, AlternativeNames(request));
  ASSIGN_OR_RETURN(const Authority issuer, ReadAuthority(authority));
  ASSIGN_OR_RETURN(const absl::Time authority_end, NotAfter(issuer.certificate.get()));
  const absl::Time not_after = now + absl::Hours(24) * request.validity_days;
  if (not_after > authority_end) {
    return BadRequest(absl::StrCat("the authority itself ends ",
                                   absl::FormatTime(authority_end, absl::UTCTimeZone()),
                                   "; ask for fewer days or make a new authority"));
  }
  ASSIGN_OR_RETURN(const OwnedPkey key, NewKey());
  const Profile profile = {request.service, now - kClockTolerance, not_after, "critical,CA:FALSE",
                           "critical,digitalSignature"};
  ASSIGN_OR_RETURN(const OwnedCertificate certificate, Draft(profile, key.get()));
  X509* x509 = certificate.get();
  X509* issuer_x509 = issuer.certificate.get();
  if (X509_set_issuer_name(x509, X509_get_subject_name(issuer_x509)) != 1 ||
      !AddExtension(x509, issuer_x509, NID_ext_key_usage, "serverAuth,clientAuth") ||
      !AddExtension(x509, issuer_x509, NID_authority_key_identifier, "keyid:always") ||
      X509_add1_ext_i2d(x509, NID_subject_alt_name, names.get(), 0, X509V3_ADD_APPEND) != 1 ||
      X509_sign(x509, issuer.key.get(), EVP_sha256()) == 0) {
    return OpenSslError("sign a service's certificate");
  }
  return Encode(x509, key.get());
}

absl::StatusOr<absl::Time> CertificateNotAfter(absl::string_view certificate_pem) {
  ASSIGN_OR_RETURN(const OwnedCertificate certificate, ReadCertificate(certificate_pem));
  return NotAfter(certificate.get());
}

}  // namespace votum::crypto
