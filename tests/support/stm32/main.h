// What docs/how-to/own-firmware.md calls of a vendor's HAL, on a computer: the UART is a TCP connection, its interrupt a thread.
#ifndef MAIN_H
#define MAIN_H

#include <stdint.h>

typedef enum { HAL_OK, HAL_ERROR, HAL_BUSY } HAL_StatusTypeDef;
typedef struct {
    int line;
} UART_HandleTypeDef;

HAL_StatusTypeDef HAL_UART_Transmit(UART_HandleTypeDef *uart, uint8_t *bytes, uint16_t count, uint32_t timeout_ms);
HAL_StatusTypeDef HAL_UART_Receive_IT(UART_HandleTypeDef *uart, uint8_t *bytes, uint16_t count);
void HAL_UART_RxCpltCallback(UART_HandleTypeDef *uart);
void HAL_UART_ErrorCallback(UART_HandleTypeDef *uart);
uint32_t HAL_GetTick(void);

extern uint32_t SystemCoreClock;

typedef struct {
    volatile uint32_t DEMCR;
} CoreDebug_Type;
typedef struct {
    volatile uint32_t CTRL, CYCCNT;
} DWT_Type;
CoreDebug_Type *core_debug(void);
DWT_Type *dwt(void);
#define CoreDebug core_debug()
#define DWT dwt()
#define CoreDebug_DEMCR_TRCENA_Msk (1u << 24)
#define DWT_CTRL_CYCCNTENA_Msk 1u

#define RCC_FLAG_IWDGRST 1u
uint32_t reset_flag(uint32_t flag);
void clear_reset_flags(void);
#define __HAL_RCC_GET_FLAG(flag) reset_flag(flag)
#define __HAL_RCC_CLEAR_RESET_FLAGS() clear_reset_flags()

#endif
