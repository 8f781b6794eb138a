package io.penstock.broker.webhooks.sending;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Finds the addresses of hosts, and returns those that are allowed and no others. The client
 * connects to what this returns and asks nobody else, so a name that leads elsewhere a moment later
 * gains nothing.
 */
public final class CheckedResolver implements DnsResolver {

  /** Finds all addresses of a host. */
  interface Lookup {
    InetAddress[] all(String host) throws UnknownHostException;
  }

  private final AddressRules rules;
  private final Lookup lookup;

  public CheckedResolver(AddressRules rules) {
    this(rules, InetAddress::getAllByName);
  }

  CheckedResolver(AddressRules rules, Lookup lookup) {
    this.rules = rules;
    this.lookup = lookup;
  }

  /**
   * The addresses of a host to which webhooks may be sent, one or more.
   *
   * @throws RefusedAddressException if it has others only
   * @throws UnknownHostException if it has none
   */
  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    InetAddress[] allowed =
        Arrays.stream(lookup.all(name)).filter(rules::allows).toArray(InetAddress[]::new);
    if (allowed.length == 0) {
      throw new RefusedAddressException(host);
    }
    return allowed;
  }

  @Override
  public String resolveCanonicalHostname(String host) {
    return host;
  }
}
