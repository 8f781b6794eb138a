/** Takes part in the group that shares the partitions, reads those that are owned, and writes. */
package io.penstock.broker.ownership;
