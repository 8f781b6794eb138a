package io.penstock.broker.webhooks.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.settings.Network;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRulesTest {

  private final AddressRules strict = new AddressRules(List.of());

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException malformed) {
      throw new AssertionError(malformed);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.255",
        "2130706433",
        "127.1",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::8.8.8.8",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:a9fe:a9fe",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b::10.1.2.3",
        "64:ff9b:1::8.8.8.8",
        "100::1",
        "2001::1",
        "2001:2::1",
        "2001:10::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1"
      })
  void whatIsNotPublicIsRefused(String address) {
    assertThat(strict.allows(address(address))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8.8.8.8",
        "1.1.1.1",
        "172.32.0.1",
        "100.128.0.1",
        "192.169.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2606:4700:4700::1111",
        "2a00:1450:4001::1"
      })
  void whatIsPublicIsAllowed(String address) {
    assertThat(strict.allows(address(address))).isTrue();
  }

  /** An IPv4 address is judged alike in each form in which it can be written into an address. */
  @Property
  void anIpv4AddressIsJudgedAlikeInEveryForm(@ForAll int bits) throws UnknownHostException {
    byte[] four = {(byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits};
    InetAddress plain = InetAddress.getByAddress(four);
    boolean allowed = strict.allows(plain);

    assertThat(strict.allows(InetAddress.getByAddress(within(10, (byte) 0xff, four))))
        .as("mapped %s", plain)
        .isEqualTo(allowed);
    byte[] nat64 = within(0, (byte) 0, four);
    nat64[1] = 0x64;
    nat64[2] = (byte) 0xff;
    nat64[3] = (byte) 0x9b;
    assertThat(strict.allows(InetAddress.getByAddress(nat64)))
        .as("NAT64 %s", plain)
        .isEqualTo(allowed);
    assertThat(strict.allows(InetAddress.getByAddress(within(0, (byte) 0, four))))
        .as("compatible %s", plain)
        .isFalse();
    assertThat(strict.allows(address(Long.toString(Integer.toUnsignedLong(bits)))))
        .as("decimal %s", plain)
        .isEqualTo(allowed);
  }

  /** Sixteen bytes that end with these four; two bytes are set from an index on. */
  private static byte[] within(int at, byte value, byte[] four) {
    byte[] sixteen = new byte[16];
    sixteen[at] = value;
    sixteen[at + 1] = value;
    System.arraycopy(four, 0, sixteen, 12, 4);
    return sixteen;
  }

  /** Java's own judgement is narrower, but what it calls private is never allowed. */
  @Property
  void nothingThatJavaCallsSpecialIsAllowed(@ForAll long high, @ForAll long low, @ForAll int kind)
      throws UnknownHostException {
    byte[] bytes = new byte[16];
    for (int at = 0; at < 8; at++) {
      bytes[at] = (byte) (high >>> (8 * at));
      bytes[at + 8] = (byte) (low >>> (8 * at));
    }
    byte[] prefixes = {(byte) 0xfe, (byte) 0xff, 0, (byte) 0xfc, 0x20, 0x3f, 0x24};
    bytes[0] = prefixes[Math.floorMod(kind, prefixes.length)];
    InetAddress address = InetAddress.getByAddress(bytes);
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      assertThat(strict.allows(address)).as(address.toString()).isFalse();
    }
  }

  @Test
  void theOperatorAllowsNetworksAndNothingBesides() {
    AddressRules rules =
        new AddressRules(List.of(Network.of("10.1.0.0/16"), Network.of("fd00::/8")));
    assertThat(rules.allows(address("10.1.2.3"))).isTrue();
    assertThat(rules.allows(address("::ffff:10.1.2.3"))).isTrue();
    assertThat(rules.allows(address("fd12::1"))).isTrue();
    assertThat(rules.allows(address("10.2.0.1"))).isFalse();
    assertThat(rules.allows(address("fc00::1"))).isFalse();
    assertThat(rules.allows(address("127.0.0.1"))).isFalse();
  }

  @Test
  void aNameThatLeadsToSeveralAddressesIsReachedAtTheAllowedOnes() throws UnknownHostException {
    CheckedResolver resolver =
        new CheckedResolver(
            strict, _ -> new InetAddress[] {address("127.0.0.1"), address("8.8.8.8")});
    assertThat(resolver.resolve("example.com")).containsExactly(address("8.8.8.8"));
  }

  @Test
  void aNameThatLeadsElsewhereTheNextTimeIsRefusedTheNextTime() throws UnknownHostException {
    AtomicInteger times = new AtomicInteger();
    CheckedResolver resolver =
        new CheckedResolver(
            strict,
            _ ->
                new InetAddress[] {
                  address(times.getAndIncrement() == 0 ? "8.8.8.8" : "169.254.169.254")
                });
    assertThat(resolver.resolve("rebinding.example")).hasSize(1);
    assertThatThrownBy(() -> resolver.resolve("rebinding.example"))
        .isInstanceOf(RefusedAddressException.class)
        .hasMessageContaining("rebinding.example")
        .hasMessageContaining("allowedNetworks");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "10.0.0.0/33", "10.0.0/8", "example.com/8", "fd00::/129", "a/b", "1.2.3.4/-1"})
  void whatIsNoNetworkIsRefused(String text) {
    assertThatThrownBy(() -> Network.of(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
