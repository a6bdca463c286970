/**
 * What a device does under this cache's own reads and writes.
 *
 * <p>Files in reading order: {@code Certification}, {@code Ground}, {@code DeviceReads}, {@code
 * PacedWrites}, {@code SafeRate}, {@code Certificate}, {@code CertificateReport}.
 */
@NullMarked
package io.larder.bench.certify;

import org.jspecify.annotations.NullMarked;
