package io.penstock.compose.kafka;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.IllegalSaslStateException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;
import org.jspecify.annotations.Nullable;

/**
 * Says why a secured service refuses us, or we refuse it, and which setting mends it. The causes of
 * an exception tell; its own message seldom does.
 */
public enum SecurityFaults {
  /** Kafka's brokers. */
  KAFKA(
      "Kafka",
      "kafka.bootstrapServers and the brokers' advertised.listeners",
      "kafka.settings.ssl.truststore.location",
      "kafka.settings.ssl.keystore.location",
      "kafka.settings.sasl.jaas.config",
      "kafka.settings.security.protocol"),
  /** The schema registry. */
  REGISTRY(
      "the schema registry",
      "registry.url",
      "kafka.settings.schema.registry.ssl.truststore.location",
      "kafka.settings.schema.registry.ssl.keystore.location",
      "kafka.settings.basic.auth.user.info",
      "registry.url");

  private final String who;
  private final String address;
  private final String authorities;
  private final String ownCertificate;
  private final String credentials;
  private final String protocol;

  SecurityFaults(
      String who,
      String address,
      String authorities,
      String ownCertificate,
      String credentials,
      String protocol) {
    this.who = who;
    this.address = address;
    this.authorities = authorities;
    this.ownCertificate = ownCertificate;
    this.credentials = credentials;
    this.protocol = protocol;
  }

  /** Returns what is wrong and the remedy, in one line; empty where security is not the matter. */
  public Optional<String> explain(Throwable failure) {
    Throwable expired = find(failure, CertificateExpiredException.class);
    if (expired != null) {
      return Optional.of(
          "the certificate of %s has expired (%s); renew it there"
              .formatted(who, expired.getMessage()));
    }
    Throwable early = find(failure, CertificateNotYetValidException.class);
    if (early != null) {
      return Optional.of(
          "the certificate of %s is not valid yet (%s); compare the clocks of both hosts"
              .formatted(who, early.getMessage()));
    }
    if (find(failure, CertPathBuilderException.class) != null
        || find(failure, CertPathValidatorException.class) != null) {
      return Optional.of(
          "the certificate of %s is not signed by an authority that this process trusts; name the authority's certificate in %s"
              .formatted(who, authorities));
    }
    Throwable wrong = find(failure, CertificateException.class);
    if (wrong != null && speaksOfTheName(wrong)) {
      return Optional.of(
          "the certificate of %s is not for the host that was called (%s); give %s a name that is in the certificate"
              .formatted(who, wrong.getMessage(), address));
    }
    Throwable handshake = find(failure, SSLException.class);
    if (handshake != null) {
      return Optional.of(ofTls(String.valueOf(handshake.getMessage())));
    }
    return ofSasl(failure);
  }

  private static boolean speaksOfTheName(Throwable wrong) {
    String message = String.valueOf(wrong.getMessage());
    return message.startsWith("No ") || message.contains("match");
  }

  private String ofTls(String message) {
    if (message.contains("Unsupported or unrecognized")) {
      return "%s does not speak TLS there; name the port that does, or set %s to what it speaks"
          .formatted(who, protocol);
    }
    if (message.toLowerCase(Locale.ROOT).matches(".*(bad_certificate|certificate_required).*")) {
      return "%s wants a certificate of this process; name it in %s".formatted(who, ownCertificate);
    }
    return "TLS with %s failed: %s; compare the kafka.settings for ssl with what it offers"
        .formatted(who, message);
  }

  private Optional<String> ofSasl(Throwable failure) {
    Throwable other = find(failure, UnsupportedSaslMechanismException.class);
    if (other != null) {
      return Optional.of(
          "%s does not take this way to log in: %s; set kafka.settings.sasl.mechanism to one it takes"
              .formatted(who, other.getMessage()));
    }
    Throwable unasked = find(failure, IllegalSaslStateException.class);
    if (unasked != null) {
      return Optional.of(
          "%s asks for something else there: %s; compare %s with the listener's"
              .formatted(who, unasked.getMessage(), protocol));
    }
    Throwable refused = find(failure, AuthenticationException.class);
    if (refused != null) {
      return Optional.of(
          "%s refused the credentials: %s; check the user and the password in %s, and that the user is known there"
              .formatted(who, refused.getMessage(), credentials));
    }
    return Optional.empty();
  }

  /** Says which of the settings cannot be used, where a client could not even be made of them. */
  public static String ofSettings(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    boolean named = failure instanceof ConfigException || root instanceof ConfigException;
    String login =
        String.valueOf(root.getMessage()).contains("JAAS")
            ? "; give kafka.settings.sasl.jaas.config"
            : "";
    return "no Kafka client can be made of kafka.settings: %s%s"
        .formatted(named ? root.getMessage() : root, login);
  }

  private static @Nullable Throwable find(Throwable failure, Class<? extends Throwable> type) {
    return find(failure, type::isInstance);
  }

  private static @Nullable Throwable find(Throwable failure, Predicate<Throwable> wanted) {
    Throwable each = failure;
    for (int depth = 0; each != null && depth < 50; depth++) {
      if (wanted.test(each)) {
        return each;
      }
      each = each.getCause();
    }
    return null;
  }
}
