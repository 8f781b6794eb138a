package io.penstock.broker.webhooks.sending;

import io.penstock.broker.settings.Network;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * To which addresses webhooks may be sent: to public ones, and to networks that the operator
 * allows. A tenant chooses the receiver, so whatever can be reached from this host only must be
 * refused: a metadata service, a database, another tenant's machine. Of IPv6 only global unicast is
 * public; an IPv4 address inside of an IPv6 address is judged as itself.
 *
 * @param allowed networks that are allowed, whatever they are
 */
public record AddressRules(List<Network> allowed) {

  /** The special-purpose registry of IANA, and addresses at which clouds serve their metadata. */
  private static final List<Network> NOT_PUBLIC_4 =
      networks(
          "0.0.0.0/8",
          "10.0.0.0/8",
          "100.64.0.0/10",
          "127.0.0.0/8",
          "168.63.129.16/32",
          "169.254.0.0/16",
          "172.16.0.0/12",
          "192.0.0.0/24",
          "192.0.2.0/24",
          "192.88.99.0/24",
          "192.168.0.0/16",
          "198.18.0.0/15",
          "198.51.100.0/24",
          "203.0.113.0/24",
          "224.0.0.0/4",
          "240.0.0.0/4");

  private static final Network GLOBAL_UNICAST = Network.of("2000::/3");

  /** Within global unicast; tunnels to IPv4 among them. */
  private static final List<Network> NOT_PUBLIC_6 =
      networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

  private static final Network NAT64 = Network.of("64:ff9b::/96");
  private static final int IPV4_IN_NAT64 = 12;

  public AddressRules {
    allowed = List.copyOf(allowed);
  }

  private static List<Network> networks(String... all) {
    return Arrays.stream(all).map(Network::of).toList();
  }

  /** Whether a webhook may be sent to this address. */
  public boolean allows(InetAddress address) {
    return isIn(allowed, address)
        || embedded(address).map(this::allows).orElseGet(() -> isPublic(address));
  }

  private static boolean isPublic(InetAddress address) {
    return address instanceof Inet4Address
        ? !isIn(NOT_PUBLIC_4, address)
        : GLOBAL_UNICAST.contains(address) && !isIn(NOT_PUBLIC_6, address);
  }

  private static boolean isIn(List<Network> networks, InetAddress address) {
    return networks.stream().anyMatch(each -> each.contains(address));
  }

  /** Java itself makes an IPv4 address of one that is mapped into IPv6. */
  private static Optional<InetAddress> embedded(InetAddress address) {
    if (!NAT64.contains(address)) {
      return Optional.empty();
    }
    byte[] bytes = address.getAddress();
    try {
      return Optional.of(
          InetAddress.getByAddress(Arrays.copyOfRange(bytes, IPV4_IN_NAT64, bytes.length)));
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException("four bytes are an address", impossible);
    }
  }
}
