#include "crypto/certificates.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "crypto/keys.h"
#include "crypto/openssl.h"
#include "gtest/gtest.h"

namespace votum::crypto {
namespace {

using OwnedCertificate = Owned<X509, X509_free>;

const absl::Time kNow = absl::FromUnixSeconds(1780000000);  // 2026-05-28

OwnedCertificate Parse(absl::string_view pem) {
  const OwnedBio input(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return OwnedCertificate(PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr));
}

// The output of `openssl x509 -text`.
std::string Print(absl::string_view pem) {
  const OwnedBio output(BIO_new(BIO_s_mem()));
  X509_print(output.get(), Parse(pem).get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(output.get(), &text);
  return std::string(text, static_cast<size_t>(size));
}

// OpenSSL's verdict on `leaf` under the one trusted `root`, for `purpose` at `time`.
int Verify(absl::string_view leaf, absl::string_view root, int purpose, absl::Time time) {
  const Owned<X509_STORE, X509_STORE_free> store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), Parse(root).get());
  const Owned<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
  const OwnedCertificate certificate = Parse(leaf);
  X509_STORE_CTX_init(context.get(), store.get(), certificate.get(), nullptr);
  X509_STORE_CTX_set_purpose(context.get(), purpose);
  X509_STORE_CTX_set_time(context.get(), 0, absl::ToTimeT(time));
  X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_X509_STRICT);
  X509_verify_cert(context.get());
  return X509_STORE_CTX_get_error(context.get());
}

CertificateWithKey Authority() { return *MakeAuthority("Votum test authority", kNow); }

ServiceCertificateRequest Request() {
  return {"meetings", {"localhost", "meetings.council.example"}, {"127.0.0.1", "::1"}, 90};
}

TEST(CertificatesTest, AServiceIsTrustedAsServerAndClientForItsTime) {
  const CertificateWithKey authority = Authority();
  const absl::StatusOr<CertificateWithKey> service =
      IssueServiceCertificate(authority, Request(), kNow);
  ASSERT_OK(service);
  for (int purpose : {X509_PURPOSE_SSL_SERVER, X509_PURPOSE_SSL_CLIENT}) {
    const auto verdict = [&](absl::Time time) {
      return Verify(service->certificate_pem, authority.certificate_pem, purpose, time);
    };
    EXPECT_EQ(verdict(kNow), X509_V_OK);
    EXPECT_EQ(verdict(kNow - absl::Minutes(4)), X509_V_OK);
    EXPECT_EQ(verdict(kNow + absl::Hours(24 * 90) - absl::Seconds(1)), X509_V_OK);
    EXPECT_EQ(verdict(kNow - absl::Minutes(6)), X509_V_ERR_CERT_NOT_YET_VALID);
    EXPECT_EQ(verdict(kNow + absl::Hours(24 * 90) + absl::Seconds(1)), X509_V_ERR_CERT_HAS_EXPIRED);
    EXPECT_NE(Verify(service->certificate_pem, Authority().certificate_pem, purpose, kNow),
              X509_V_OK);
  }
  EXPECT_NE(
      Verify(service->certificate_pem, authority.certificate_pem, X509_PURPOSE_SMIME_SIGN, kNow),
      X509_V_OK);
}

TEST(CertificatesTest, AServiceIsKnownByItsNamesOnly) {
  const absl::StatusOr<CertificateWithKey> service =
      IssueServiceCertificate(Authority(), Request(), kNow);
  ASSERT_OK(service);
  const OwnedCertificate certificate = Parse(service->certificate_pem);
  for (const char* name : {"localhost", "meetings.council.example"}) {
    EXPECT_EQ(X509_check_host(certificate.get(), name, 0, 0, nullptr), 1) << name;
  }
  EXPECT_EQ(X509_check_host(certificate.get(), "council.example", 0, 0, nullptr), 0);
  EXPECT_EQ(X509_check_host(certificate.get(), "meetings", 0, 0, nullptr), 0);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "::1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate.get(), "127.0.0.2", 0), 0);
  EXPECT_TRUE(absl::StrContains(Print(service->certificate_pem), "URI:spiffe://votum/meetings,"));
}

TEST(CertificatesTest, CertificatesSayWhatTheyAreFor) {
  const CertificateWithKey authority = Authority();
  const std::string authority_text = Print(authority.certificate_pem);
  for (absl::string_view part :
       {"X509v3 Basic Constraints: critical\n                CA:TRUE, pathlen:0\n",
        "X509v3 Key Usage: critical\n                Certificate Sign, CRL Sign\n",
        "Subject: CN=Votum test authority", "Issuer: CN=Votum test authority",
        "ASN1 OID: prime256v1", "ecdsa-with-SHA256", "X509v3 Subject Key Identifier"}) {
    EXPECT_TRUE(absl::StrContains(authority_text, part)) << part << "\n" << authority_text;
  }
  const absl::StatusOr<CertificateWithKey> service =
      IssueServiceCertificate(authority, Request(), kNow);
  ASSERT_OK(service);
  const std::string service_text = Print(service->certificate_pem);
  for (absl::string_view part :
       {"X509v3 Basic Constraints: critical\n                CA:FALSE\n",
        "X509v3 Key Usage: critical\n                Digital Signature\n",
        "TLS Web Server Authentication, TLS Web Client Authentication",
        "URI:spiffe://votum/meetings, DNS:localhost, DNS:meetings.council.example, "
        "IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1",
        "Subject: CN=meetings", "Issuer: CN=Votum test authority",
        "X509v3 Authority Key Identifier"}) {
    EXPECT_TRUE(absl::StrContains(service_text, part)) << part << "\n" << service_text;
  }
}

TEST(CertificatesTest, AServiceCannotIssueCertificates) {
  const CertificateWithKey authority = Authority();
  const CertificateWithKey service = *IssueServiceCertificate(authority, Request(), kNow);
  EXPECT_THAT(IssueServiceCertificate(service, Request(), kNow), IsRefused(Reason::kBadAuthority));
}

TEST(CertificatesTest, KeysAreP256AndBelongToTheirCertificates) {
  const CertificateWithKey authority = Authority();
  const CertificateWithKey service = *IssueServiceCertificate(authority, Request(), kNow);
  for (const CertificateWithKey* one : {&authority, &service}) {
    const absl::StatusOr<PrivateKey> key =
        PrivateKey::FromPkcs8Pem(one->key_pem.Reveal(), SecretBytes());
    ASSERT_OK(key);
    EXPECT_EQ(key->public_key().type(), KeyType::kP256);
    const OwnedCertificate certificate = Parse(one->certificate_pem);
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(X509_get0_pubkey(certificate.get()), &der);
    EXPECT_EQ(key->public_key().spki_der(),
              std::string(reinterpret_cast<char*>(der), static_cast<size_t>(size)));
    OPENSSL_free(der);
  }
}

TEST(CertificatesTest, SerialNumbersDiffer) {
  const CertificateWithKey authority = Authority();
  const OwnedCertificate one =
      Parse(IssueServiceCertificate(authority, Request(), kNow)->certificate_pem);
  const OwnedCertificate two =
      Parse(IssueServiceCertificate(authority, Request(), kNow)->certificate_pem);
  EXPECT_NE(ASN1_INTEGER_cmp(X509_get0_serialNumber(one.get()), X509_get0_serialNumber(two.get())),
            0);
  EXPECT_EQ(ASN1_STRING_type(X509_get0_serialNumber(one.get())), V_ASN1_INTEGER);  // not negative
}

TEST(CertificatesTest, NotAfter) {
  const CertificateWithKey authority = Authority();
  EXPECT_EQ(*CertificateNotAfter(authority.certificate_pem), kNow + absl::Hours(24 * 3650));
  const CertificateWithKey service = *IssueServiceCertificate(authority, Request(), kNow);
  EXPECT_EQ(*CertificateNotAfter(service.certificate_pem), kNow + absl::Hours(24 * 90));
  EXPECT_THAT(CertificateNotAfter(""), IsRefused(Reason::kBadCertificate));
  EXPECT_THAT(CertificateNotAfter(authority.key_pem.Reveal()), IsRefused(Reason::kBadCertificate));
  // Beyond 2049 times are written in another ASN.1 type.
  const absl::Time late = absl::FromUnixSeconds(2600000000);
  EXPECT_EQ(*CertificateNotAfter(MakeAuthority("late", late)->certificate_pem),
            late + absl::Hours(24 * 3650));
}

TEST(CertificatesTest, RefusesMalformedRequests) {
  const CertificateWithKey authority = Authority();
  const auto refused = [&authority](const ServiceCertificateRequest& request) {
    EXPECT_THAT(IssueServiceCertificate(authority, request, kNow),
                IsRefused(Reason::kBadCertificateRequest));
  };
  ServiceCertificateRequest request = Request();
  for (const char* service :
       {"", "Voting", "a b", "a/b", "-a", "a-", "a,DNS:evil", "a.b", "\xc3\xa4"}) {
    request.service = service;
    refused(request);
  }
  request = Request();
  for (const char* name :
       {"", ".", "a..b", "a.", "*.example", "a b", "a,DNS:b", "-a.example", "a_b"}) {
    request.dns_names = {name};
    refused(request);
  }
  request.dns_names = {std::string(64, 'a')};
  refused(request);
  request = Request();
  for (const char* address :
       {"", "127.0.0", "127.0.0.256", "localhost", "1::2::3", "127.0.0.1/8"}) {
    request.ip_addresses = {address};
    refused(request);
  }
  request = Request();
  for (int days : {0, -1, 3651, 2147483647}) {
    request.validity_days = days;
    refused(request);
  }
  request.validity_days = 3650;
  EXPECT_OK(IssueServiceCertificate(authority, request, kNow));

  EXPECT_THAT(MakeAuthority("", kNow), IsRefused(Reason::kBadCertificateRequest));
  EXPECT_THAT(MakeAuthority(std::string(65, 'a'), kNow), IsRefused(Reason::kBadCertificateRequest));
  EXPECT_THAT(MakeAuthority("\xff\xfe", kNow), IsRefused(Reason::kBadCertificateRequest));
}

TEST(CertificatesTest, RefusesAnAuthorityThatIsNone) {
  CertificateWithKey authority = Authority();
  const CertificateWithKey other = Authority();
  CertificateWithKey mixed;
  mixed.certificate_pem = authority.certificate_pem;
  mixed.key_pem = SecretBytes::CopyOf(other.key_pem.Reveal());
  EXPECT_THAT(IssueServiceCertificate(mixed, Request(), kNow), IsRefused(Reason::kBadAuthority));
  mixed.certificate_pem = "nothing";
  EXPECT_THAT(IssueServiceCertificate(mixed, Request(), kNow), IsRefused(Reason::kBadAuthority));
  mixed.certificate_pem = other.certificate_pem;
  mixed.key_pem = SecretBytes();
  EXPECT_THAT(IssueServiceCertificate(mixed, Request(), kNow), IsRefused(Reason::kBadAuthority));
}

TEST(CertificatesTest, AnIdentityHasACertificateOfTheAuthorityAndItsKey) {
  const CertificateWithKey authority = Authority();
  const CertificateWithKey other = Authority();
  const CertificateWithKey service = *IssueServiceCertificate(authority, Request(), kNow);
  const std::string key(service.key_pem.Reveal());
  const std::string identity = service.certificate_pem + key;
  EXPECT_OK(CheckIdentity(authority.certificate_pem, identity));
  EXPECT_OK(CheckIdentity(other.certificate_pem + authority.certificate_pem, identity))
      << "one of two authorities, while the older one is replaced";
  EXPECT_THAT(CheckIdentity(other.certificate_pem, identity), IsRefused(Reason::kBadCertificate));
  EXPECT_THAT(CheckIdentity("", identity), IsRefused(Reason::kBadAuthority));
  for (const std::string& broken :
       {std::string(), key, service.certificate_pem,
        service.certificate_pem + std::string(other.key_pem.Reveal()), identity.substr(0, 100)}) {
    EXPECT_THAT(CheckIdentity(authority.certificate_pem, broken),
                IsRefused(Reason::kBadCertificate))
        << broken;
  }
}

TEST(CertificatesTest, AnExpiredIdentityIsStillOneOfTheAuthority) {
  const absl::Time before = kNow - absl::Hours(24 * 2000);
  const CertificateWithKey authority = *MakeAuthority("Votum test authority", before);
  const CertificateWithKey service = *IssueServiceCertificate(authority, Request(), before);
  EXPECT_OK(CheckIdentity(authority.certificate_pem,
                          service.certificate_pem + std::string(service.key_pem.Reveal())));
}

}  // namespace
}  // namespace votum::crypto
