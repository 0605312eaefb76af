// The second stage of the RP2040's start: lets the flash be read as memory, and starts the image behind it. The boot ROM runs these 256 bytes from
// RAM when their checksum is right. They read with the command 03h alone, which every SPI flash has, at a quarter of the system's clock.
// Sources: RP2040 data sheet, "Flash Second Stage" and "SSI".

#define SSI_BASE 0x18000000
#define SSI_CTRLR0 0x00
#define SSI_CTRLR1 0x04
#define SSI_SSIENR 0x08
#define SSI_SER 0x10
#define SSI_BAUDR 0x14
#define SSI_SPI_CTRLR0 0xf4

// 32 clocks a data frame, plain SPI, reading after a command; command 03h of 8 bits, 24 bits of address, both on one line.
#define CTRLR0_FRAMES_OF_32_BITS_READ (31 << 16 | 3 << 8)
#define SPI_CTRLR0_READ_03H (0x03 << 24 | 2 << 8 | 6 << 2)

#define VECTORS 0x10000100
#define SCB_VTOR 0xe000ed08

  .syntax unified
  .cpu cortex-m0plus
  .thumb
  .section .boot2, "ax"

  .thumb_func
boot2:
  ldr r0, =SSI_BASE
  movs r1, #0
  str r1, [r0, #SSI_SSIENR]
  movs r1, #4
  str r1, [r0, #SSI_BAUDR]
  ldr r1, =CTRLR0_FRAMES_OF_32_BITS_READ
  str r1, [r0, #SSI_CTRLR0]
  ldr r1, =SPI_CTRLR0_READ_03H
  ldr r2, =SSI_BASE + SSI_SPI_CTRLR0
  str r1, [r2]
  movs r1, #0
  str r1, [r0, #SSI_CTRLR1]
  movs r1, #1
  str r1, [r0, #SSI_SER]
  str r1, [r0, #SSI_SSIENR]

  ldr r0, =VECTORS
  ldr r1, =SCB_VTOR
  str r0, [r1]
  ldmia r0!, {r1, r2}
  msr msp, r1
  bx r2

  .pool

  .org boot2 + 252
  .word 0xfb059c33  // CRC-32 of the 252 bytes before, bit 31 first; a test holds it
